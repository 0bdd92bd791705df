/**
 * A sum of floating-point numbers that is rounded once, when it is read. The order of the
 * summands has no effect, and a growing summand never makes the sum smaller.
 *
 * The parts do not overlap and add up to the exact sum (Shewchuk 1997, "Adaptive Precision
 * Floating-Point Arithmetic", Grow-Expansion; Python's `math.fsum` does the same).
 */
// Why: docs/decisions/processes.md, "Sums over processes are exact".
export class ExactSum {
  private readonly parts: number[] = [];
  /** The sum of summands that are not finite. */
  private special = 0;

  add(value: number): void {
    if (Number.isFinite(value)) this.addFinite(value);
    else this.special += value;
  }

  /** Adds several numbers, such as the parts of another sum. */
  addAll(values: readonly number[]): this {
    for (const value of values) this.add(value);
    return this;
  }

  /** Starts again from zero. */
  clear(): void {
    this.parts.length = 0;
    this.special = 0;
  }

  /** How many parts there are. */
  get size(): number {
    return this.special === 0 ? this.parts.length : 1;
  }

  /** A copy of the parts, from the smallest to the largest. They are finite unless the sum is not. */
  get exactParts(): readonly number[] {
    return this.special === 0 ? [...this.parts] : [this.special];
  }

  /** The sum, rounded to the nearest number. */
  get value(): number {
    if (this.special !== 0) return this.special;
    const { parts } = this;
    let i = parts.length - 1;
    if (i < 0) return 0;
    let high = parts[i]!;
    let low = 0;
    while (i > 0) {
      const before = high;
      const next = parts[--i]!;
      high = before + next;
      low = next - (high - before);
      if (low !== 0) break;
    }
    return i > 0 ? roundedHalfEven(high, low, parts[i - 1]!) : high;
  }

  private addFinite(value: number): void {
    let x = value;
    let kept = 0;
    const { parts } = this;
    const { length } = parts;
    for (let i = 0; i < length; i++) {
      const part = parts[i]!;
      const isLarger = Math.abs(x) >= Math.abs(part);
      const sum = x + part;
      const error = isLarger ? part - (sum - x) : x - (sum - part);
      if (error !== 0) parts[kept++] = error;
      x = sum;
    }
    parts.length = kept;
    if (Number.isFinite(x)) parts.push(x);
    else this.special += x;
  }
}

/** Corrects a sum that lies halfway between two numbers, by the sign of the next part. */
function roundedHalfEven(high: number, low: number, next: number): number {
  if (low === 0 || low < 0 !== next < 0) return high;
  const doubled = low * 2;
  const rounded = high + doubled;
  return rounded - high === doubled ? rounded : high;
}

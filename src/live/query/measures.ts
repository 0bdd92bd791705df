import type {
  Grid,
  Heat,
  Points,
  Quantile,
  QuantilePoints,
  Quantiles,
} from '../answers.js';
import { Measure } from './measure.js';
import { drawn, quantileOf } from './quantiles.js';
import type { SampleAt, Window } from './window.js';

type GridName = 'lines' | 'bars';

/** Seconds that a point of a line of quantiles covers at least: those of a few calls say little. */
const QUANTILE_SECONDS = 60;

const DIGITS = 10_000;

/** Four digits, as points are drawn. Integers stay as they are. */
function rounded(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value;
  const scale = DIGITS / 10 ** Math.ceil(Math.log10(Math.abs(value)));
  return Number.isFinite(scale) ? Math.round(value * scale) / scale : 0;
}

const roundedOrNull = (value: number | null) =>
  value === null ? null : rounded(value);

function stepOf(at: SampleAt, grid: GridName): number {
  return grid === 'lines' ? at.line : at.bar;
}

function secondsOf(window: Window, grid: GridName): Float64Array {
  return grid === 'lines' ? window.lineSeconds : window.barSeconds;
}

/** Adds up the increases over the range. */
export class Total extends Measure {
  total = 0;

  override add(_at: SampleAt, amount: number): void {
    this.total += amount;
  }
}

/** Adds up the increases of each step. */
export class Sums extends Measure {
  total = 0;
  private readonly steps: Float64Array;

  constructor(
    private readonly window: Window,
    private readonly grid: GridName,
  ) {
    super();
    this.steps = new Float64Array(window[grid].count);
  }

  override add(at: SampleAt, amount: number): void {
    this.total += amount;
    const step = stepOf(at, this.grid);
    if (step >= 0) this.steps[step]! += amount;
  }

  /** Amounts for so many seconds; `null` where nothing was sampled. */
  per(seconds: number): Points {
    const sampled = secondsOf(this.window, this.grid);
    return Array.from(this.steps, (amount, i) =>
      sampled[i]! > 0 ? rounded((amount * seconds) / sampled[i]!) : null,
    );
  }

  /** One of two measures by the other, step by step; `null` where the other is 0. */
  shareOf(whole: Sums): Points {
    return Array.from(this.steps, (amount, i) =>
      whole.steps[i]! > 0 ? rounded(amount / whole.steps[i]!) : null,
    );
  }

  minus(part: Sums): Sums {
    const rest = new Sums(this.window, this.grid);
    rest.total = Math.max(0, this.total - part.total);
    for (let i = 0; i < rest.steps.length; i++) {
      rest.steps[i] = Math.max(0, this.steps[i]! - part.steps[i]!);
    }
    return rest;
  }

  plus(other: Sums): Sums {
    const both = new Sums(this.window, this.grid);
    both.total = this.total + other.total;
    for (let i = 0; i < both.steps.length; i++) {
      both.steps[i] = this.steps[i]! + other.steps[i]!;
    }
    return both;
  }
}

/** The level of one gauge, or of several together, at the end of each step. */
export class Levels extends Measure {
  private last = 0;
  private readonly steps: Float64Array;
  private lastTime = -1;
  private stepTimes: Float64Array;

  /** @param join of gauges that are measured together. */
  constructor(
    private readonly window: Window,
    private readonly join: (a: number, b: number) => number = (a, b) => a + b,
  ) {
    super();
    this.steps = new Float64Array(window.lines.count).fill(NaN);
    this.stepTimes = new Float64Array(window.lines.count);
  }

  override level(at: SampleAt, level: number): void {
    const { time, line } = at;
    this.last = time === this.lastTime ? this.join(this.last, level) : level;
    this.lastTime = time;
    if (line < 0) return;
    const isSame = this.stepTimes[line] === time;
    this.steps[line] = isSame ? this.join(this.steps[line]!, level) : level;
    this.stepTimes[line] = time;
  }

  /** The level at the last sample; `undefined` without one. */
  get now(): number | undefined {
    return this.lastTime === this.window.now ? this.last : undefined;
  }

  points(): Points {
    return Array.from(this.steps, (level) =>
      Number.isNaN(level) ? null : rounded(level),
    );
  }
}

/** Adds up the buckets of histograms over the range. All of them have the same bounds. */
export class Buckets extends Measure {
  readonly counts: Float64Array;
  total = 0;

  constructor(readonly bounds: readonly number[]) {
    super();
    this.counts = new Float64Array(bounds.length + 1);
  }

  override bucket(_at: SampleAt, bucket: number, count: number): void {
    this.counts[bucket]! += count;
    this.total += count;
  }

  quantile(q: number): Quantile {
    return quantileOf(q, this.bounds, this.counts);
  }

  quantiles(): Quantiles {
    return {
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
    };
  }
}

/** Adds up sums and counts of histograms, for their mean. */
export class Mean extends Measure {
  private count = 0;
  private amount = 0;

  override bucket(_at: SampleAt, _bucket: number, count: number): void {
    this.count += count;
  }

  override sum(_at: SampleAt, amount: number): void {
    this.amount += amount;
  }

  get value(): number | null {
    return this.count === 0 ? null : this.amount / this.count;
  }
}

/** Adds up the buckets of histograms for each step. */
export class BucketSteps extends Measure {
  readonly width: number;
  total = 0;
  private readonly counts: Float64Array;
  private readonly steps: Grid;

  constructor(
    private readonly window: Window,
    private readonly grid: GridName,
    readonly bounds: readonly number[],
  ) {
    super();
    this.steps = window[grid];
    this.width = bounds.length + 1;
    this.counts = new Float64Array(this.steps.count * this.width);
  }

  override bucket(at: SampleAt, bucket: number, count: number): void {
    const step = stepOf(at, this.grid);
    this.total += count;
    if (step >= 0) this.counts[step * this.width + bucket]! += count;
  }

  /** A quantile at each step, of the last minute at least; `null` where nothing was sampled or called. */
  quantile(q: number): Points {
    const sampled = secondsOf(this.window, this.grid);
    const span = Math.max(1, Math.ceil(QUANTILE_SECONDS / this.steps.seconds));
    return Array.from({ length: this.steps.count }, (_, step) =>
      sampled[step] === 0
        ? null
        : roundedOrNull(
            drawn(quantileOf(q, this.bounds, this.sumUpTo(step, span))),
          ),
    );
  }

  quantiles(): QuantilePoints {
    return {
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
    };
  }

  /** The buckets that have observations, and those between them. */
  heat(): Heat {
    const { width, bounds, steps } = this;
    const used = this.usedBuckets();
    if (used === undefined) return { low: 0, bounds: [], cells: [] };
    const [low, high] = used;
    const sampled = secondsOf(this.window, this.grid);
    return {
      low: low === 0 ? 0 : bounds[low - 1]!,
      bounds: [...bounds, null].slice(low, high + 1),
      cells: Array.from({ length: steps.count }, (_, step) =>
        sampled[step] === 0
          ? null
          : [
              ...this.counts.subarray(
                step * width + low,
                step * width + high + 1,
              ),
            ],
      ),
    };
  }

  private usedBuckets(): [low: number, high: number] | undefined {
    let low = Infinity;
    let high = -1;
    for (let i = 0; i < this.counts.length; i++) {
      if (this.counts[i] === 0) continue;
      low = Math.min(low, i % this.width);
      high = Math.max(high, i % this.width);
    }
    return high < 0 ? undefined : [low, high];
  }

  /** The buckets of so many steps, up to one. */
  private sumUpTo(step: number, span: number): Float64Array {
    const sum = new Float64Array(this.width);
    for (let i = Math.max(0, step - span + 1); i <= step; i++) {
      for (let bucket = 0; bucket < this.width; bucket++) {
        sum[bucket]! += this.counts[i * this.width + bucket]!;
      }
    }
    return sum;
  }
}

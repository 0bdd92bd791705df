/** Decimal exponents beyond this are no amounts of money, and would take much memory. It is that of a JavaScript number. */
const MAX_EXPONENT = 400;

const DECIMAL = /^(\d{1,400})(?:\.(\d{1,400}))?(?:e([+-]?\d{1,3}))?$/i;

/** The largest power of ten that a JavaScript number has exactly. */
const EXACT_POWER = 22;

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** An exact decimal number of 0 or more: `units` divided by 10 to the power of `scale`. */
// Why: docs/decisions/accounting.md, "Money is counted in exact decimals".
export class Decimal {
  static readonly ZERO = new Decimal(0n, 0);
  static readonly ONE = new Decimal(1n, 0);

  /** @param scale an integer of 0 or more. */
  constructor(
    readonly units: bigint,
    readonly scale: number,
  ) {}

  /** @param count a whole number of 0 or more. */
  static of(count: number): Decimal {
    return new Decimal(BigInt(count), 0);
  }

  /**
   * Reads a decimal number, such as `'0.25'`, `2.19e-6` or `3`. A JavaScript number has the value
   * of its shortest text, which is the one that people write.
   *
   * @returns `undefined` if the value is no decimal number of 0 or more.
   */
  static parse(value: unknown): Decimal | undefined {
    if (typeof value !== 'string' && typeof value !== 'number')
      return undefined;
    const match = DECIMAL.exec(String(value));
    if (match === null) return undefined;
    const [, whole = '', fraction = '', exponent = '0'] = match;
    const scale = fraction.length - Number(exponent);
    if (Math.abs(scale) > 2 * MAX_EXPONENT) return undefined;
    const units = BigInt(whole + fraction);
    return scale < 0
      ? new Decimal(units * powerOfTen(-scale), 0)
      : new Decimal(units, scale);
  }

  /** Whether {@link parse} can read a value. Quicker than reading it. */
  static isDecimal(value: unknown): value is number | string {
    return typeof value === 'number'
      ? value >= 0 && value < Infinity
      : Decimal.parse(value) !== undefined;
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.unitsAt(scale) + other.unitsAt(scale), scale);
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.units * other.units, this.scale + other.scale);
  }

  /** This number, divided by 10 to the power of `digits`. */
  shifted(digits: number): Decimal {
    return new Decimal(this.units, this.scale + digits);
  }

  /** The units at a scale that is not smaller than that of this number. */
  unitsAt(scale: number): bigint {
    return scale === this.scale
      ? this.units
      : this.units * powerOfTen(scale - this.scale);
  }

  /** The JavaScript number that is nearest to this one. */
  toNumber(): number {
    const { units, scale } = this;
    // The quotient of two exact numbers is rounded once; so is that of a text, which takes longer.
    return units <= MAX_SAFE && scale <= EXACT_POWER
      ? Number(units) / 10 ** scale
      : Number(`${units}e-${scale}`);
  }

  /** All digits, without trailing zeros and without an exponent, e.g. `'0.00095835'`. */
  toString(): string {
    const digits = String(this.units).padStart(this.scale + 1, '0');
    const whole = digits.length - this.scale;
    const fraction = digits.slice(whole).replace(/0+$/, '');
    return digits.slice(0, whole) + (fraction && `.${fraction}`);
  }
}

/** Powers of ten that rates need. */
const powers: bigint[] = [];

function powerOfTen(exponent: number): bigint {
  return (powers[exponent] ??= 10n ** BigInt(exponent));
}

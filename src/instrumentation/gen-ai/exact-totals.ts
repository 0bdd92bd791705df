import { Decimal } from '../../accounting/decimal.js';

/** A series of a counter, as far as its total matters. */
interface CountedSeries {
  readonly value: number;
}

interface Total {
  exact: Decimal;
  /** The value of the series that this total was written as. */
  shown: number;
}

/**
 * The exact totals of series whose values are floating-point numbers. Each value is the number
 * nearest to its total, however many amounts were added: their rounding errors do not add up.
 */
// Why: docs/decisions/accounting.md, "The exact total of a cost belongs to its series".
export class ExactTotals {
  private readonly totals = new WeakMap<CountedSeries, Total>();

  /** Adds an amount. @returns the new value of the series, which must be written; infinite if no number is that large, and then nothing was added. */
  add(series: CountedSeries, amount: Decimal): number {
    const total = this.totals.get(series) ?? { exact: Decimal.ZERO, shown: 0 };
    const exact = total.exact.plus(others(series, total)).plus(amount);
    const shown = exact.toNumber();
    if (Number.isFinite(shown)) this.totals.set(series, { exact, shown });
    return shown;
  }
}

/** What was added to the series in another way, e.g. by the app. A counter never goes down. */
function others({ value }: CountedSeries, { shown }: Total): Decimal {
  if (value === shown) return Decimal.ZERO;
  return Decimal.parse(value - shown) ?? Decimal.ZERO;
}

import { MetricValueError, shown } from '../core/errors.js';
import type { ValueCell } from './cells.js';
import type { CounterFamily } from './counter-family.js';
import type { Family } from './family.js';
import { Instrument, namedLabels, Series } from './instrument.js';
import { type Labels, type LabelValue, NO_LABELS } from './labels.js';

/**
 * A value that only goes up.
 *
 * @example
 * const requests = collector.counter('requests_total', { description: 'HTTP requests' });
 * requests.inc({ method: 'GET' });
 * requests.inc({ method: 'GET' }, 5);
 */
export class Counter extends Instrument<CounterFamily> {
  /**
   * Adds to the series of these labels.
   *
   * @param value how much to add: finite, 0 or more, as the sum must be. Default: 1.
   * @throws {MetricValueError} or {LabelError}. Nothing is recorded then.
   */
  inc(labels?: Labels, value?: number): void;
  /** Adds `value` (default 1) to the series without labels. Throws as with labels. */
  inc(value?: number): void;
  inc(labels: Labels | number = NO_LABELS, value = 1): void {
    if (typeof labels === 'object') this.record(labels, value);
    else this.record(NO_LABELS, labels);
  }

  /** @internal */
  override record(labels: Labels, value: number): void {
    if (!isIncrement(value)) throw incrementError(value, this.family.name);
    addTo(this.family.cell(labels), value, this.family);
  }

  /**
   * The series of these labels, resolved once: the fastest way to record in it.
   *
   * @throws {LabelError} if the labels cannot be written.
   */
  labels(labels: Labels): CounterSeries;
  /**
   * The series of these label values, in the order of the `labelNames` that the metric was asked for with.
   *
   * @throws {LabelError} if there are more or fewer of them, or they cannot be written.
   */
  labels(...values: LabelValue[]): CounterSeries;
  labels(...labels: [Labels] | LabelValue[]): CounterSeries {
    return new CounterSeries(this.family, namedLabels(this.family, labels));
  }
}

/** One series of a {@link Counter}. */
export class CounterSeries extends Series<ValueCell> {
  /**
   * Adds to the series.
   *
   * @param value how much to add: finite, 0 or more, as the sum must be. Default: 1.
   * @throws {MetricValueError} if it is anything else. Nothing is recorded then.
   */
  inc(value = 1): void {
    if (!isIncrement(value)) throw incrementError(value, this.metric);
    addTo(this.live(), value, this.family);
  }
}

function addTo(
  cell: ValueCell,
  value: number,
  family: Family<ValueCell>,
): void {
  const sum = cell.value + value;
  // V8 leaves this check out where the sum is a small integer.
  if (!Number.isFinite(sum)) return checkSum(cell, value, family);
  cell.value = sum;
  const { hook } = family;
  if (hook !== undefined) hook.counted(cell, value);
}

/** Throws where the sum is infinite: the counter would stay so for good. */
function checkSum(
  cell: ValueCell,
  value: number,
  family: Family<ValueCell>,
): void {
  const { name } = family;
  checkIncrement(value, name);
  if (!family.isExposed(cell)) return;
  throw new MetricValueError(
    `Counter "${name}" is at ${cell.value} and cannot be increased by ${value}; expected a sum of ${Number.MAX_VALUE} at most`,
  );
}

/** @throws {MetricValueError} unless `value` is a finite number of 0 or more. */
export function checkIncrement(value: unknown, metric: string): void {
  if (!isIncrement(value)) throw incrementError(value, metric);
}

function isIncrement(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function incrementError(value: unknown, metric: string): MetricValueError {
  return new MetricValueError(
    `Counter "${metric}" cannot be increased by ${shown(value)}; expected a finite number of 0 or more`,
  );
}

import { MetricValueError, shown } from '../core/errors.js';
import type { ValueCell } from './cells.js';
import type { CounterFamily } from './counter-family.js';
import type { Family } from './family.js';
import { ExemplarInstrument } from './exemplar-instrument.js';
import type { Exemplar } from './exemplars.js';
import {
  type ExemplarCall,
  type ExemplarOptions,
  manualExemplar,
} from './manual-exemplars.js';
import { namedLabels, Series } from './instrument.js';
import { type Labels, type LabelValue, NO_LABELS } from './labels.js';

/**
 * A value that only goes up.
 *
 * @example
 * const requests = collector.counter('requests_total', { description: 'HTTP requests' });
 * requests.inc({ method: 'GET' });
 * requests.inc({ method: 'GET' }, 5);
 */
export class Counter extends ExemplarInstrument<ValueCell, CounterFamily> {
  /**
   * Adds to the series of these labels.
   *
   * @param value how much to add: finite, 0 or more, as the sum must be. Default: 1.
   * @param options the exemplar of the recording, if the app names its trace itself.
   * @throws {MetricValueError} or {LabelError}. Nothing is recorded then.
   *
   * @example
   * requests.inc({ method: 'GET' }, 1, { exemplar: { trace_id: traceId } });
   */
  inc(labels?: Labels, value?: number, options?: ExemplarOptions): void;
  /** Adds `value` (default 1) to the series without labels. Throws as with labels. */
  inc(value?: number, options?: ExemplarOptions): void;
  /** Adds with an exemplar, in the form that prom-client has for it. Throws as with labels. */
  inc(call: ExemplarCall): void;
  inc(
    labels: Labels | ExemplarCall | number = NO_LABELS,
    value: number | ExemplarOptions = 1,
    options?: ExemplarOptions,
  ): void {
    if (typeof labels !== 'object') {
      this.recordUnlabelled(labels, value);
    } else if (options === undefined) {
      try {
        this.record(labels as Labels, value as number);
      } catch (error) {
        this.recordAsCall(labels, error, 1);
      }
    } else {
      this.recordWith(labels as Labels, value as number, options);
    }
  }

  /** @internal */
  override record(labels: Labels, value: number): void {
    if (!isIncrement(value)) throw incrementError(value, this.family.name);
    addTo(this.family.cell(labels), value, this.family);
  }

  /** @internal */
  protected override setExemplar(cell: ValueCell, exemplar: Exemplar): void {
    cell.exemplar = exemplar;
  }

  /**
   * The series of these labels, resolved once: the fastest way to record in it.
   *
   * @throws {LabelError} if the labels are invalid.
   */
  labels(labels: Labels): CounterSeries;
  /**
   * The series of these label values, in the order of the `labelNames` that the metric was asked for with.
   *
   * @throws {LabelError} if there are more or fewer of them, or they are invalid.
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
   * @param options the exemplar of the recording, if the app names its trace itself.
   * @throws {MetricValueError} if it is anything else; {LabelError} if the exemplar is invalid. Nothing is recorded then.
   */
  inc(value = 1, options?: ExemplarOptions): void {
    if (!isIncrement(value)) throw incrementError(value, this.metric);
    if (options === undefined) addTo(this.live(), value, this.family);
    else this.incWith(value, options);
  }

  /**
   * @internal Raises the series to a total, for amounts whose sum must not have the rounding
   * errors of its steps.
   *
   * @param totalOf returns the new value of the series, from its cell. One that is not larger adds nothing.
   * @throws {MetricValueError} if the new value is not finite. Nothing is recorded then.
   */
  raise(totalOf: (cell: { readonly value: number }) => number): void {
    const { family } = this;
    const cell = this.live();
    const total = totalOf(cell);
    const increment = Math.max(0, total - cell.value);
    if (!Number.isFinite(total)) return checkSum(cell, increment, family);
    cell.value = Math.max(cell.value, total);
    family.hook?.counted(cell, increment);
  }

  private incWith(value: number, options: ExemplarOptions): void {
    const exemplar = manualExemplar(options, value, this.metric);
    const cell = this.live();
    addTo(cell, value, this.family);
    if (exemplar !== undefined) cell.exemplar = exemplar;
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

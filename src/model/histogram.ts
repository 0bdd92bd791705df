import { MetricValueError, shown } from '../core/errors.js';
import { bucketOf } from './buckets.js';
import { emptyCounts, HistogramCell } from './cells.js';
import type { FamilyDescriptor } from './family-descriptor.js';
import type { FamilyKeeper } from './family-keeper.js';
import { Family } from './family.js';
import type { Exemplar } from './exemplars.js';
import {
  type ExemplarCall,
  type ExemplarOptions,
  manualExemplar,
} from './manual-exemplars.js';
import { ExemplarInstrument } from './exemplar-instrument.js';
import { namedLabels, Series } from './instrument.js';
import {
  type Labels,
  type LabelSet,
  type LabelValue,
  NO_LABELS,
  ownLabels,
} from './labels.js';
import { startSeriesTimer, startTimer, type StopTimer } from './stop-timer.js';
import { Tally } from './tally.js';

/** All series of one histogram or timer. */
export class HistogramFamily extends Family<HistogramCell> {
  constructor(
    descriptor: FamilyDescriptor,
    keeper: FamilyKeeper,
    readonly bounds: readonly number[],
  ) {
    super(descriptor, keeper);
  }

  protected newCell(labels: LabelSet): HistogramCell {
    return new HistogramCell(labels, emptyCounts(this.bounds));
  }
}

/**
 * Counts observations into buckets. `collector.timer()` returns one too, with
 * buckets made for durations in seconds.
 *
 * @example
 * const latency = collector.timer('lookup_duration_seconds');
 * const stop = latency.startTimer({ store: 'docs' });
 * const found = await lookup();
 * stop({ found: found.length > 0 });
 */
export class Histogram extends ExemplarInstrument<
  HistogramCell,
  HistogramFamily
> {
  /**
   * Observes a value in the series of these labels.
   *
   * @param options the exemplar of the recording, if the app names its trace itself.
   * @throws {MetricValueError} if `value`, or the sum of all observations with it, is
   *   not finite; {LabelError} if the labels or the exemplar are invalid. Nothing is recorded then.
   *
   * @example
   * latency.observe({ store: 'docs' }, 0.2, { exemplar: { trace_id: traceId } });
   */
  observe(labels: Labels, value: number, options?: ExemplarOptions): void;
  /** Observes a value in the series without labels. Throws as with labels. */
  observe(value: number, options?: ExemplarOptions): void;
  /** Observes with an exemplar, in the form that prom-client has for it. Throws as with labels. */
  observe(call: ExemplarCall): void;
  observe(
    labels: Labels | ExemplarCall | number,
    value?: number | ExemplarOptions,
    options?: ExemplarOptions,
  ): void {
    if (typeof labels !== 'object') {
      this.recordUnlabelled(labels, value);
    } else if (options === undefined) {
      try {
        this.record(labels as Labels, value as number);
      } catch (error) {
        this.recordAsCall(labels, error);
      }
    } else {
      this.recordWith(labels as Labels, value as number, options);
    }
  }

  /** @internal */
  override record(labels: Labels, value: number | undefined): void {
    checkObservation(value, this.family.name);
    observeIn(this.family.cell(labels), value, this.family);
  }

  /** @internal */
  protected override setExemplar(cell: HistogramCell, exemplar: Exemplar) {
    setExemplar(cell, exemplar, this.family);
  }

  /** Starts a timer. Stopping it observes the seconds since then and returns them. */
  startTimer(labels: Labels = NO_LABELS): StopTimer {
    return startTimer(this, labels);
  }

  /**
   * As {@link init}, but an existing series is reset to 0.
   *
   * @throws {LabelError} if the labels are invalid.
   *
   * @example
   * latency.zero({ store: 'docs' });
   */
  zero(labels: Labels = NO_LABELS): void {
    const given = ownLabels(labels, this.name);
    this.family.remove(given);
    this.family.lastingCell(given);
  }

  /** @internal A tally for observations whose labels are not known yet; {@link addTally} adds it. */
  newTally(): Tally {
    return new Tally(this.family.bounds);
  }

  /**
   * @internal Adds a tally of this histogram to the series of these labels. It makes no
   * events, as only the sum and the buckets of its observations are known.
   *
   * @throws {LabelError} if the labels are invalid.
   */
  addTally(labels: Labels, { counts, sum }: Tally): void {
    const cell = this.family.cell(labels);
    for (const [bucket, count] of counts.entries()) {
      cell.counts[bucket]! += count;
    }
    cell.sum += sum;
    this.family.expiry?.touch(cell);
  }

  /** @internal Whether a listener, e.g. an exporter for StatsD, receives each observation. */
  get hasListener(): boolean {
    return this.family.hook?.hasListener === true;
  }

  /**
   * The series of these labels, resolved once: the fastest way to record in it.
   *
   * @throws {LabelError} if the labels are invalid.
   */
  labels(labels: Labels): HistogramSeries;
  /**
   * The series of these label values, in the order of the `labelNames` that the metric was asked for with.
   *
   * @throws {LabelError} if there are more or fewer of them, or they are invalid.
   */
  labels(...values: LabelValue[]): HistogramSeries;
  labels(...labels: [Labels] | LabelValue[]): HistogramSeries {
    return new HistogramSeries(this.family, namedLabels(this.family, labels));
  }
}

/** One series of a {@link Histogram}. */
export class HistogramSeries extends Series<HistogramCell, HistogramFamily> {
  /**
   * Observes a value.
   *
   * @param options the exemplar of the recording, if the app names its trace itself.
   * @throws {MetricValueError} if `value`, or the sum of all observations with it, is not
   *   finite; {LabelError} if the exemplar is invalid. Nothing is recorded then.
   */
  observe(value: number, options?: ExemplarOptions): void {
    // A value that is not finite shows in the sum, which is checked below.
    if (typeof value !== 'number') checkObservation(value, this.metric);
    if (options === undefined) observeIn(this.live(), value, this.family);
    else this.observeWith(value, options);
  }

  private observeWith(value: number, options: ExemplarOptions): void {
    const exemplar = manualExemplar(options, value, this.metric);
    const cell = this.live();
    observeIn(cell, value, this.family);
    if (exemplar !== undefined) setExemplar(cell, exemplar, this.family);
  }

  /** Starts a timer. Stopping it observes the seconds since then and returns them. */
  startTimer(): () => number {
    return startSeriesTimer(this);
  }

  /** @internal */
  took(seconds: number): void {
    this.observe(seconds);
  }
}

/** @throws {MetricValueError} unless `value` is a finite number: the sum would not be finite for good. */
export function checkObservation(
  value: unknown,
  metric: string,
): asserts value is number {
  if (!Number.isFinite(value)) {
    throw new MetricValueError(
      `Histogram "${metric}" cannot observe ${shown(value)}; expected a finite number`,
    );
  }
}

function observeIn(
  cell: HistogramCell,
  value: number,
  family: HistogramFamily,
): void {
  const sum = cell.sum + value;
  if (!Number.isFinite(sum)) return checkSum(cell, value, family);
  const bucket = bucketOf(family.bounds, value);
  cell.counts[bucket]!++;
  cell.sum = sum;
  const { hook } = family;
  if (hook !== undefined) hook.observed(cell, bucket, value);
}

function setExemplar(
  cell: HistogramCell,
  exemplar: Exemplar,
  { bounds }: HistogramFamily,
): void {
  cell.exemplars ??= cell.counts.map(() => undefined);
  cell.exemplars[bucketOf(bounds, exemplar.value)] = exemplar;
}

/** Throws where the sum is not finite: it would stay so for good. */
function checkSum(
  cell: HistogramCell,
  value: number,
  family: HistogramFamily,
): void {
  const { name } = family;
  checkObservation(value, name);
  if (!family.isExposed(cell)) return;
  throw new MetricValueError(
    `Histogram "${name}" has observed a sum of ${cell.sum} and cannot observe ${value}; expected a sum of ${Number.MAX_VALUE} at most`,
  );
}

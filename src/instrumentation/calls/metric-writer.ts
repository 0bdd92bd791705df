import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Counter, CounterSeries } from '../../model/counter.js';
import { isMetricsError, type MetricsError } from '../../core/errors.js';
import { Histogram, HistogramSeries } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import { MetricType } from '../../model/metric-type.js';
import type { CallMetric, EndedCall, Figure } from './call-metrics.js';
import { getOrCreateHistogram } from '../get-or-create-histogram.js';
import { errorType } from '../class-name.js';
import { addOwnLabels, copyLabels, type MutableLabels } from '../own-labels.js';
import { report } from '../../core/catch-and-report.js';
import type { ErrorCause } from '../../core/message-links.js';
import type { EndedRun, RunRecorder } from './run.js';

/** The labels whose values are arguments of the call, by position. */
export type ArgumentLabels = ReadonlyMap<number, string>;

const NONE: readonly Labels[] = [];

type CallSeries = CounterSeries | HistogramSeries;

/** Writes ended calls to one metric. */
export class MetricWriter implements RunRecorder {
  private instrument: Counter | Histogram | undefined = undefined;
  /** Why there is no instrument. It is asked for again only once the number of metrics has changed, not at each call. */
  private failure: { error: MetricsError; metrics: number } | undefined =
    undefined;
  /** The series of successful calls, where all of them have the same labels. */
  private success: CallSeries | undefined = undefined;
  private readonly fixed: boolean;

  constructor(
    private readonly collector: MetricsCollector,
    private readonly metric: CallMetric,
    private readonly identity: Labels,
    private readonly argumentLabels: ArgumentLabels,
  ) {
    this.fixed =
      argumentLabels.size === 0 && typeof metric.labels !== 'function';
  }

  /** Starts the series of each outcome, where its labels are known before the first call. Never throws. */
  start(): void {
    try {
      const initialLabels = this.initialLabels();
      if (initialLabels.length > 0)
        this.instrument = this.getOrCreate(initialLabels);
    } catch (error) {
      this.report('labels', error);
    }
  }

  ended(run: EndedRun): void {
    const { failuresOnly, figure } = this.metric;
    if (failuresOnly && run.status !== 'error') return;
    const value = valueOf(run, figure);
    if (value === undefined) return;
    try {
      const hasContext = run.context !== undefined;
      if (run.status !== 'success' || !this.fixed || hasContext)
        this.writeLabelled(run, value);
      else recordIn((this.success ??= this.seriesOfSuccess()), value);
    } catch (error) {
      this.report('call', error);
    }
  }

  private open(): Counter | Histogram {
    if (this.instrument === undefined) {
      const { failure, collector } = this;
      if (
        failure !== undefined &&
        failure.metrics === collector.getMetricCount()
      )
        throw failure.error;
      try {
        this.instrument = this.getOrCreate();
      } catch (error) {
        this.failure = isMetricsError(error)
          ? { error, metrics: collector.getMetricCount() }
          : undefined;
        throw error;
      }
    }
    return this.instrument;
  }

  private getOrCreate(initialLabels = NONE): Counter | Histogram {
    const { collector, metric } = this;
    const { name, description, summary, buckets } = metric;
    const options = { description: description ?? summary, initialLabels };
    return metric.type === MetricType.COUNTER
      ? collector.counter(name, options)
      : getOrCreateHistogram(
          collector,
          { name, buckets },
          (given) => collector.timer(name, { ...options, ...given }),
          (error) => this.report('call', error),
        );
  }

  // Why: docs/decisions/instrumentation.md, "A failure's series starts without its error type".
  /** The labels of a failure have no `error_type`: its values are known only once there is a failure. */
  private initialLabels(): Labels[] {
    const { labels, failuresOnly, name } = this.metric;
    const { initialLabels = this.fixed ? [{}] : [] } = this.metric;
    const fixed = typeof labels === 'function' ? undefined : labels;
    const outcomes = failuresOnly ? ['error'] : ['success', 'error'];
    return initialLabels.flatMap((further) =>
      outcomes.map((status) => {
        const set: MutableLabels = { ...this.identity, status };
        addOwnLabels(set, fixed, name);
        addOwnLabels(set, further, name);
        return set;
      }),
    );
  }

  private writeLabelled(call: EndedRun, value: number): void {
    const instrument = this.open();
    try {
      const labels = this.outcome(call);
      this.addExtra(labels, call);
      record(instrument, labels, value);
    } catch (error) {
      this.report('labels', error);
      record(instrument, this.outcome(call), value);
    }
  }

  private outcome({ status, error, context }: EndedRun): MutableLabels {
    const labels = context === undefined ? {} : copyLabels({}, context);
    copyLabels(labels, this.identity);
    labels.status = status;
    if (status === 'error') labels.error_type = errorType(error);
    return labels;
  }

  private addExtra(labels: MutableLabels, call: EndedCall): void {
    for (const [index, name] of this.argumentLabels) {
      labels[name] = call.args[index];
    }
    const { labels: extra, name } = this.metric;
    const given = typeof extra === 'function' ? extra(call) : extra;
    addOwnLabels(labels, given, name);
  }

  private seriesOfSuccess(): CallSeries {
    const instrument = this.open();
    const outcome = { ...this.identity, status: 'success' };
    const { labels: extra, name } = this.metric;
    try {
      const labels = copyLabels({}, outcome);
      addOwnLabels(labels, extra as Labels | undefined, name);
      return instrument.labels(labels);
    } catch (error) {
      this.report('labels', error);
      return instrument.labels(outcome);
    }
  }

  private report(cause: ErrorCause, error: unknown): void {
    const where = `${this.metric.name} ${Object.values(this.identity).join('.')}`;
    report(this.collector, cause, error, where);
  }
}

/** The value that a call adds to the metric; `undefined` if it has none. */
function valueOf(run: EndedRun, figure: Figure): number | undefined {
  switch (figure) {
    case 'seconds':
      return run.seconds;
    case 'calls':
      return 1;
    case 'secondsToFirstItem':
      return run.secondsToFirstItem;
    case 'items':
      return run.items > 0 ? run.items : undefined;
  }
}

/** A function and not a method of both classes: V8 inlines both calls into it. */
function recordIn(series: CallSeries, value: number): void {
  if (series instanceof HistogramSeries) series.observe(value);
  else series.inc(value);
}

function record(
  instrument: Counter | Histogram,
  labels: Labels,
  value: number,
): void {
  if (instrument instanceof Histogram) instrument.observe(labels, value);
  else instrument.inc(labels, value);
}

import type { MetricsCollector } from '../collector/metrics-collector.js';
import { now } from '../model/clock.js';
import { LabelError } from '../model/errors.js';
import type { Labels } from '../model/labels.js';
import type { CallInstrument, CallMetric, EndedCall } from './call-metrics.js';
import { follow, type Run } from './follow.js';

/** The labels of the call that its arguments are the values of, by position. */
export type ArgumentLabels = ReadonlyMap<number, string>;

/** What is measured of one method. */
export interface CallSpec {
  readonly metrics: readonly CallMetric[];
  readonly argumentLabels: ArgumentLabels;
}

/**
 * Records the calls of one method in one collector. Nothing in here throws into
 * the call: what goes wrong is reported to the collector.
 */
export class CallRecorder {
  private readonly writers: MetricWriter[];

  /** @param identity the labels that say which method it is. */
  constructor(
    readonly collector: MetricsCollector,
    spec: CallSpec,
    identity: Labels,
  ) {
    this.writers = spec.metrics.map(
      (metric) =>
        new MetricWriter(collector, metric, identity, spec.argumentLabels),
    );
  }

  /** Makes the call, and records it once its work has ended. */
  call<T>(method: (...args: any[]) => T, self: unknown, args: unknown[]): T {
    const run = new RecordedRun(this, args);
    let result: T;
    try {
      result = method.apply(self, args);
    } catch (error) {
      run.fail(error);
      throw error;
    }
    return follow(result, run);
  }

  write(call: EndedCall, failed: boolean, seconds: number): void {
    for (const writer of this.writers) {
      try {
        writer.write(call, failed, seconds);
      } catch (error) {
        this.collector.reportError('call', error);
      }
    }
  }
}

class RecordedRun implements Run {
  private readonly start = now();
  private ended = false;

  constructor(
    private readonly recorder: CallRecorder,
    private readonly args: unknown[],
  ) {}

  succeed(result: unknown): void {
    this.end(result, undefined, false);
  }

  fail(error: unknown): void {
    this.end(undefined, error, true);
  }

  again(): Run {
    return new RecordedRun(this.recorder, this.args);
  }

  private end(result: unknown, error: unknown, failed: boolean): void {
    if (this.ended) return;
    this.ended = true;
    const seconds = now() - this.start;
    this.recorder.write({ args: this.args, result, error }, failed, seconds);
  }
}

/** Writes ended calls to one metric. */
class MetricWriter {
  private instrument: CallInstrument | undefined = undefined;
  /** Resolved once where every successful call has the same labels. */
  private success: ((seconds: number) => void) | undefined = undefined;
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

  write(call: EndedCall, failed: boolean, seconds: number): void {
    if (!failed && this.metric.failuresOnly) return;
    this.instrument ??= this.metric.open(this.collector);
    if (!failed && this.fixed) {
      this.success ??= this.seriesOfSuccess(this.instrument);
      return this.success(seconds);
    }
    const outcome = {
      ...this.identity,
      ...(failed
        ? { status: 'error', error_type: errorType(call.error) }
        : { status: 'success' }),
    };
    try {
      const labels = { ...outcome, ...this.extraLabels(call) };
      this.instrument.record(labels, seconds);
    } catch (error) {
      this.collector.reportError('labels', error);
      this.instrument.record(outcome, seconds);
    }
  }

  private extraLabels(call: EndedCall): Labels {
    const labels: Record<string, any> = {};
    for (const [index, name] of this.argumentLabels) {
      labels[name] = call.args[index];
    }
    const { labels: extra } = this.metric;
    const given = typeof extra === 'function' ? extra(call) : extra;
    if (given instanceof Promise) {
      given.catch(() => {});
      throw new LabelError(
        `The labels of metric "${this.metric.name}" are a promise; expected a function that gives them at once`,
      );
    }
    return Object.assign(labels, given);
  }

  private seriesOfSuccess(instrument: CallInstrument) {
    const outcome = { ...this.identity, status: 'success' };
    try {
      return instrument.series({
        ...outcome,
        ...(this.metric.labels as Labels),
      });
    } catch (error) {
      this.collector.reportError('labels', error);
      return instrument.series(outcome);
    }
  }
}

/** The `error.type` of OpenTelemetry's conventions: the error's own name, else that of its class. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error.name !== 'Error' && error.name !== '') return error.name;
  return error.constructor.name || 'Error';
}

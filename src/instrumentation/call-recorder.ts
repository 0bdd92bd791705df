import type { MetricsCollector } from '../collector/metrics-collector.js';
import { instant, secondsSince } from '../model/clock.js';
import type { Labels } from '../model/labels.js';
import {
  type CallInstrument,
  type CallMetric,
  type CallSeries,
  type EndedCall,
  recordIn,
} from './call-metrics.js';
import { follow } from './follow.js';
import { addOwnLabels, copyLabels, type MutableLabels } from './own-labels.js';
import type { Run } from './run.js';

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
  constructor(collector: MetricsCollector, spec: CallSpec, identity: Labels) {
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
    for (const writer of this.writers) writer.write(call, failed, seconds);
  }
}

/** A call while it runs, and what label functions see of it once it has ended. */
class RecordedRun implements Run, EndedCall {
  result: unknown = undefined;
  error: unknown = undefined;
  private readonly start = instant();
  private ended = false;

  constructor(
    private readonly recorder: CallRecorder,
    readonly args: readonly unknown[],
  ) {}

  succeed(result: unknown): void {
    if (this.ended) return;
    this.result = result;
    this.end(false);
  }

  fail(error: unknown): void {
    if (this.ended) return;
    this.error = error;
    this.end(true);
  }

  again(): Run {
    return new RecordedRun(this.recorder, this.args);
  }

  private end(failed: boolean): void {
    this.ended = true;
    this.recorder.write(this, failed, secondsSince(this.start));
  }
}

/** Writes ended calls to one metric. Never throws. */
class MetricWriter {
  private instrument: CallInstrument | undefined = undefined;
  /** Why there is no instrument: it is not asked for again at every call. */
  private failure: unknown = undefined;
  /** Resolved once where every successful call has the same labels. */
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

  write(call: EndedCall, failed: boolean, seconds: number): void {
    if (!failed && this.metric.failuresOnly) return;
    try {
      if (failed || !this.fixed) this.writeLabelled(call, failed, seconds);
      else recordIn((this.success ??= this.seriesOfSuccess()), seconds);
    } catch (error) {
      this.report('call', error);
    }
  }

  private open(): CallInstrument {
    if (this.instrument === undefined) {
      if (this.failure !== undefined) throw this.failure;
      try {
        this.instrument = this.metric.open(this.collector);
      } catch (error) {
        this.failure = error;
        throw error;
      }
    }
    return this.instrument;
  }

  private writeLabelled(
    call: EndedCall,
    failed: boolean,
    seconds: number,
  ): void {
    const instrument = this.open();
    try {
      const labels = this.outcome(call, failed);
      this.addExtra(labels, call);
      instrument.record(labels, seconds);
    } catch (error) {
      this.report('labels', error);
      instrument.record(this.outcome(call, failed), seconds);
    }
  }

  private outcome(call: EndedCall, failed: boolean): MutableLabels {
    const labels = copyLabels({}, this.identity);
    labels.status = failed ? 'error' : 'success';
    if (failed) labels.error_type = errorType(call.error);
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
    try {
      return instrument.series({
        ...outcome,
        ...(this.metric.labels as Labels),
      });
    } catch (error) {
      this.report('labels', error);
      return instrument.series(outcome);
    }
  }

  private report(cause: string, error: unknown): void {
    try {
      const where = `${this.metric.name} ${Object.values(this.identity).join('.')}`;
      this.collector.reportError(cause, error, where);
    } catch {
      // A collector that cannot even be told goes without.
    }
  }
}

/** The `error.type` of OpenTelemetry's conventions: the error's own name, else that of its class. */
function errorType(error: unknown): string {
  try {
    if (!(error instanceof Error)) return typeof error;
    const names: unknown[] = [error.name, error.constructor?.name];
    const name = names.find((n) => typeof n === 'string' && n !== 'Error' && n);
    return (name as string | undefined) ?? 'Error';
  } catch {
    return 'Error';
  }
}

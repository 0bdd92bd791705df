import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Labels } from '../../model/labels.js';
import type { CallMetric } from './call-metrics.js';
import { follow, type Follow } from './follow.js';
import { type ArgumentLabels, MetricWriter } from './metric-writer.js';
import { RecordedRun } from './recorded-run.js';
import type { Run } from './run.js';
import type { InFlightMetric, MethodCalls } from './running-calls.js';

/** What is measured of one method. */
export interface CallSpec {
  readonly metrics: readonly CallMetric[];
  readonly inFlight?: InFlightMetric | undefined;
  readonly argumentLabels: ArgumentLabels;
}

/**
 * Records the calls of one method in one collector. Nothing in here throws into
 * the call: what goes wrong is reported to the collector.
 */
export class CallRecorder {
  private readonly writers: MetricWriter[];

  /**
   * @param identity the labels that say which method it is.
   * @param running where the calls are while they run, if that is measured.
   */
  constructor(
    collector: MetricsCollector,
    spec: CallSpec,
    identity: Labels,
    readonly running?: MethodCalls,
  ) {
    this.writers = spec.metrics
      .filter(({ name }) => !isDenied(collector, name))
      .map(
        (metric) =>
          new MetricWriter(collector, metric, identity, spec.argumentLabels),
      );
  }

  /**
   * Makes the call, and records it once its work has ended.
   *
   * @param followResult see {@link followerOf}.
   */
  call<T>(
    method: (...args: any[]) => T,
    self: unknown,
    args: unknown[],
    followResult: Follow = follow,
  ): T {
    const run = this.begin(args);
    if (run === undefined) return method.apply(self, args);
    let result: T;
    try {
      result = method.apply(self, args);
    } catch (error) {
      run.fail(error);
      throw error;
    }
    return followResult(result, run);
  }

  /** A call that begins now, recorded when its run ends; `undefined` if the method has no metrics to record. */
  begin(args: readonly unknown[]): Run | undefined {
    return this.writers.length === 0 && this.running === undefined
      ? undefined
      : new RecordedRun(this, args, false);
  }

  write(run: RecordedRun): void {
    for (const writer of this.writers) writer.write(run);
  }
}

/** A collector of the user's own may be anything. */
function isDenied(collector: MetricsCollector, name: string): boolean {
  try {
    return collector.isDenied(name) === true;
  } catch {
    return false;
  }
}

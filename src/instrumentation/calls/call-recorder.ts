import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Labels } from '../../model/labels.js';
import type { CallMetric } from './call-metrics.js';
import { follow, type Follow, timeWork } from './follow.js';
import { type ArgumentLabels, MetricWriter } from './metric-writer.js';
import { ObservedRun } from './observed-run.js';
import type { StartObserver } from './run.js';

/** What is recorded of the ended calls of one method. */
export interface CallConfig {
  readonly metrics: readonly CallMetric[];
  readonly argumentLabels: ArgumentLabels;
}

/** Knows the labels around a call. */
interface CallContext {
  readonly current: { readonly labels: Labels } | undefined;
}

/**
 * Records the calls of one method in one collector. It never throws into a call: its own
 * errors are reported to the collector.
 */
export class CallRecorder {
  private readonly writers: readonly MetricWriter[];

  /**
   * @param identity the labels that say which method it is.
   * @param startObserver observes the calls from their start.
   * @param context has the labels around a call.
   */
  constructor(
    collector: MetricsCollector,
    { metrics, argumentLabels }: CallConfig,
    identity: Labels,
    private readonly startObserver?: StartObserver,
    private readonly context?: CallContext,
  ) {
    this.writers = metrics
      .filter(({ name }) => !isDenied(collector, name))
      .map(
        (metric) =>
          new MetricWriter(collector, metric, identity, argumentLabels),
      );
  }

  /** Starts the series whose labels are known before the first call. Never throws. */
  start(): void {
    for (const writer of this.writers) writer.start();
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
    return timeWork(run, () => method.apply(self, args), followResult);
  }

  /** Begins a call, which is recorded when its run ends; `undefined` if the method has no metrics and no observer. */
  begin(args: readonly unknown[]): ObservedRun | undefined {
    const { writers, startObserver } = this;
    return writers.length === 0 && startObserver === undefined
      ? undefined
      : new ObservedRun(
          writers,
          startObserver,
          args,
          false,
          this.context?.current?.labels,
        );
  }
}

/** A collector of the user's own may throw. */
function isDenied(collector: MetricsCollector, name: string): boolean {
  try {
    return collector.isDenied(name) === true;
  } catch {
    return false;
  }
}

import { isMainThread } from 'node:worker_threads';
import {
  type EventLoopYielder,
  TimeSlice,
} from '../core/event-loop-yielder.js';
import type { LabelSet } from '../model/labels.js';
import type { Gatherer } from '../registry/gatherer.js';
import { isTotal } from '../registry/gather-request.js';
import type { MetricFamily } from '../registry/metric-family.js';
import { relabelled } from '../registry/relabelled.js';
import type { MemberMetrics } from './merge/member-metrics.js';
import { mergeableMetrics } from './process-aggregators.js';
import { Layout } from './state/layout.js';
import { type EncodedState, StateEncoder } from './state/state-encoder.js';

/** Milliseconds that a save waits for the callback of a gauge: others wait for the save. */
const CALLBACK_LIMIT = 150;

/** Encodes the metrics of this process. */
export class OwnMetrics {
  private readonly encoder = new StateEncoder();
  /** Whether the next state has gauges too, whose callbacks must run. */
  private needsGauges = true;

  /** @param startExemplarWindow is called when exemplars were taken. */
  constructor(
    private readonly gatherer: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly startExemplarWindow: () => void,
  ) {}

  /** Has the next state include the gauges as they are then. */
  refreshGauges(): void {
    this.needsGauges = true;
  }

  /** @param spare memory that the values may be put into. */
  readonly encode = async (spare?: Float64Array): Promise<EncodedState> => {
    const { needsGauges } = this;
    this.needsGauges = false;
    const { metrics, added, unread } = await this.gatherer.gather(
      { limit: CALLBACK_LIMIT, totalsOnly: !needsGauges },
      new TimeSlice(this.yielder),
    );
    const state = this.encoded(
      metrics,
      added,
      (name) => unread.includes(name),
      !needsGauges,
      spare,
    );
    if (needsGauges) this.startExemplarWindow();
    return state;
  };

  /** The gauges as they are now, as those of a member. */
  async gauges(
    identity: Pick<MemberMetrics, 'process' | 'started'>,
  ): Promise<MemberMetrics> {
    const { metrics, added } = await this.gatherer.gather(
      { limit: CALLBACK_LIMIT },
      new TimeSlice(this.yielder),
    );
    const gauges = metrics.filter(({ type }) => !isTotal(type));
    const { parts, values } = new StateEncoder().encode({
      metrics: ownMetrics(gauges, added),
      keeps: () => false,
    });
    return { ...identity, isAlive: true, layout: new Layout(parts), values };
  }

  /** Our counters and histograms as they are now. All else is as it was encoded last. */
  encodeNow(): EncodedState {
    const { gatherer } = this;
    const metrics = gatherer.totalsNow();
    const ours = new Set(metrics.map(({ name }) => name));
    return this.encoded(
      metrics,
      gatherer.addedLabels(),
      (name) => !ours.has(name),
      true,
    );
  }

  private encoded(
    metrics: readonly MetricFamily[],
    added: LabelSet,
    isUnread: (name: string) => boolean,
    keepsGauges: boolean,
    spare?: Float64Array,
  ): EncodedState {
    return this.encoder.encode({
      spare,
      metrics: ownMetrics(metrics, added),
      keeps: ({ name, type }) =>
        isUnread(name) || (keepsGauges && !isTotal(type)),
    });
  }
}

function ownMetrics(
  metrics: readonly MetricFamily[],
  added: LabelSet,
): MetricFamily[] {
  return mergeableMetrics(metrics, isMainThread).map((metric) =>
    withLabels(metric, added),
  );
}

function withLabels(metric: MetricFamily, added: LabelSet): MetricFamily {
  if (added.names.length === 0) return metric;
  const cells = metric.cells.map((cell) =>
    relabelled(cell, metric.name, added),
  );
  return { ...metric, cells };
}

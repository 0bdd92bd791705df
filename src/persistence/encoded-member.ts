import type { MemberMetrics } from '../processes/merge/member-metrics.js';
import { Layout, type StoredFamily } from '../processes/state/layout.js';
import { StateEncoder } from '../processes/state/state-encoder.js';
import type { MetricFamily } from '../registry/metric-family.js';

/** Encodes the metrics of a process as those of a member. */
export class EncodedMember {
  private readonly encoder = new StateEncoder();
  private generation = -1;
  private layout = new Layout([]);

  /** @param started when the process was started (Unix seconds). */
  constructor(private readonly started: number) {}

  /** @param keeps whether a metric that is missing has the values of the last call. */
  encode(
    metrics: readonly MetricFamily[],
    keeps: (family: StoredFamily) => boolean,
  ): MemberMetrics {
    const state = this.encoder.encode({ metrics, keeps });
    const { generation, parts, values, exemplars } = state;
    if (this.generation !== generation || this.layout.parts !== parts.length) {
      // Another object: earlier results keep the layout that belongs to their values.
      this.generation = generation;
      this.layout = new Layout(parts);
    }
    const { layout, started } = this;
    return { process: '', started, isAlive: true, layout, values, exemplars };
  }
}

import { steadyTimeOf } from '../../core/wall-clock.js';
import { type Cell, HistogramCell, ValueCell } from '../../model/cells.js';
import type { Exemplar } from '../../model/exemplars.js';
import type { StoredExemplar } from '../state/stored-series.js';
import type { MemberMetrics } from './member-metrics.js';
import type { PlannedSeries } from './merge-plan.js';

/** The exemplars of all members: a merged series shows the newest. */
export class NewestExemplars {
  /** By member, and by the index of the value. */
  private readonly byMember: readonly ReadonlyMap<number, StoredExemplar>[];
  private readonly isEmpty: boolean;

  constructor(members: readonly MemberMetrics[]) {
    this.byMember = members.map(
      ({ exemplars = [] }) => new Map(exemplars.map((one) => [one[0], one])),
    );
    this.isEmpty = this.byMember.every(({ size }) => size === 0);
  }

  /** Gives a merged series its exemplars. */
  addTo(cell: Cell, series: PlannedSeries): void {
    if (this.isEmpty) return;
    if (cell instanceof ValueCell) cell.exemplar = this.newest(series, 0);
    if (cell instanceof HistogramCell) {
      cell.exemplars = cell.counts.map((_, bucket) =>
        this.newest(series, bucket + 1),
      );
    }
  }

  /** @param at the place of the value after the first one of the series. */
  private newest({ sources }: PlannedSeries, at: number): Exemplar | undefined {
    let newest: StoredExemplar | undefined;
    for (const [i, member] of sources.members.entries()) {
      // An exemplar may lie outside of its bucket where the merged histogram has others.
      if (sources.buckets[i] !== undefined) continue;
      const found = this.byMember[member]!.get(sources.offsets[i]! + at);
      if (found === undefined) continue;
      if (newest === undefined || found[3] > newest[3]) newest = found;
    }
    if (newest === undefined) return undefined;
    const [, labels, value, timestamp] = newest;
    return { labels, value, timestamp: steadyTimeOf(timestamp), window: 0 };
  }
}

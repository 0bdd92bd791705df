import type { Aggregator } from '../../model/aggregator.js';
import type { MemberMetrics } from './member-metrics.js';
import type { PlannedSeries } from './merge-plan.js';
import { sumOf } from './merged-values.js';

/** The value of a gauge over all members. */
export function gaugeValue(
  members: readonly MemberMetrics[],
  series: PlannedSeries,
  aggregator: Aggregator = 'sum',
): number {
  const { sources } = series;
  const valueOf = (at: number) =>
    members[sources.members[at]!]!.values[sources.offsets[at]!]!;
  const all = () => sources.members.map((_, at) => valueOf(at));
  switch (aggregator) {
    case 'min':
      return Math.min(...all());
    case 'max':
      return Math.max(...all());
    case 'average':
      return sumOf(members, series) / sources.members.length;
    case 'latest':
      return valueOf(latestOf(members, series));
    case 'first':
    case 'each':
      return valueOf(0);
    default:
      return sumOf(members, series);
  }
}

/** The index of the source that changed last. */
function latestOf(
  members: readonly MemberMetrics[],
  { sources }: PlannedSeries,
): number {
  let latest = 0;
  let at = -Infinity;
  sources.members.forEach((member, i) => {
    const changed = members[member]!.values[sources.offsets[i]! + 1]!;
    if (changed > at) [latest, at] = [i, changed];
  });
  return latest;
}

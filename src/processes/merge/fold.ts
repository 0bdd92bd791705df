import type { TimeSlice } from '../../core/event-loop-yielder.js';
import { isTotal } from '../../registry/gatherer.js';
import {
  Layout,
  type LayoutPart,
  type StoredFamily,
  type StoredSeries,
  widthOf,
} from '../state/layout.js';
import type { MemberMetrics } from './member-metrics.js';
import { type PlannedSeries, planMerge } from './merge-plan.js';
import { addCounts, exactSumOf, sumOf } from './merged-values.js';

/** Totals of ended members. */
export interface Totals {
  readonly layout: LayoutPart;
  readonly values: Float64Array;
  /** The exact parts of values that are no single number. */
  readonly parts: ReadonlyMap<number, readonly number[]>;
}

export const NO_TOTALS: Totals = {
  layout: { families: [], series: [] },
  values: new Float64Array(0),
  parts: new Map(),
};

/** Totals as one of the members to merge. Each living member is newer. */
export function metricsOf({ layout, values, parts }: Totals): MemberMetrics {
  return {
    process: '',
    started: 0,
    isAlive: false,
    layout: new Layout().add(layout),
    values,
    parts,
  };
}

/** Adds up the counters, histograms and summaries of members, without rounding. */
export async function fold(
  members: readonly MemberMetrics[],
  slice: TimeSlice,
): Promise<{ totals: Totals; conflicts: readonly string[] }> {
  const { families, conflicts } = await planMerge(members, slice);
  const folded: StoredFamily[] = [];
  const series: StoredSeries[] = [];
  const values: number[] = [];
  const parts = new Map<number, readonly number[]>();
  for (const { family, series: planned } of families) {
    if (!isTotal(family.type)) continue;
    folded.push(family);
    for (const one of planned) {
      series.push([folded.length - 1, one.names, one.values, one.created]);
      addValues(members, family, one, values, parts);
      if (slice.isUsedUp()) await slice.yield();
    }
  }
  const layout = { families: folded, series };
  return {
    totals: { layout, values: Float64Array.from(values), parts },
    conflicts,
  };
}

function addValues(
  members: readonly MemberMetrics[],
  family: StoredFamily,
  series: PlannedSeries,
  values: number[],
  parts: Map<number, readonly number[]>,
): void {
  const sum = exactSumOf(members, series.sources);
  if (sum.exactParts.length > 1) parts.set(values.length, sum.exactParts);
  values.push(sum.value);
  if (family.type === 'histogram') {
    const counts = Array.from({ length: widthOf(family) - 1 }, () => 0);
    addCounts(members, series, counts);
    values.push(...counts);
  }
  // The quantiles of ended members say nothing of now.
  if (family.type === 'summary') {
    values.push(sumOf(members, series, 1), ...family.bounds.map(() => NaN));
  }
}

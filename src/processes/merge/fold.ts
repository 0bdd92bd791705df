import { ExactSum } from '../../core/exact-sum.js';
import type { Stepwise } from '../../core/stepwise.js';
import { isTotal } from '../../registry/gather-request.js';
import {
  Layout,
  type LayoutPart,
  type StoredFamily,
  type StoredSeries,
  widthOf,
} from '../state/layout.js';
import type { LastGauge } from './last-gauges.js';
import type { MemberMetrics } from './member-metrics.js';
import type { MergePlan, PlannedFamily, PlannedSeries } from './merge-plan.js';
import { addCounts, exactSumOf, plainSumOf, sumOf } from './merged-values.js';
import { PlanCache } from './plan-cache.js';

/** Which state was restored: whose it was, and its number. */
export interface Origin {
  readonly owner: string;
  readonly seq: number;
}

/** Totals of ended members. */
export interface Totals {
  readonly layout: LayoutPart;
  readonly values: Float64Array;
  /** The exact parts of values that are no single number. */
  readonly parts: ReadonlyMap<number, readonly number[]>;
  /** The last values of persistent gauges, which are shown until a member sets them. */
  readonly gauges?: readonly LastGauge[] | undefined;
  /** Which saved state is part of the totals. */
  readonly origin?: Origin | undefined;
}

export const NO_TOTALS: Totals = {
  layout: { families: [], series: [] },
  values: new Float64Array(0),
  parts: new Map(),
};

/** Totals with the metrics that could not be added up. */
export interface Folded {
  readonly totals: Totals;
  readonly conflicts: readonly string[];
}

/** Totals as one of the members to merge. Each living member is newer. */
export function metricsOf({ layout, values, parts }: Totals): MemberMetrics {
  return {
    process: '',
    started: 0,
    isAlive: false,
    layout: new Layout([layout]),
    values,
    parts,
  };
}

/** Series that are folded in one step. */
const SERIES_PER_STEP = 64;

/** The families of a plan that are folded, and their layout. */
interface FoldedLayout {
  readonly plan: MergePlan;
  readonly families: readonly PlannedFamily[];
  readonly layout: LayoutPart;
  readonly size: number;
}

/** Adds up the counters, histograms and summaries of members, without rounding. */
export class Folder {
  private readonly plans = new PlanCache();
  private readonly sum = new ExactSum();
  private last: FoldedLayout | undefined = undefined;

  /** @param isFolded whether a metric is in the totals. Default: all that only grow. */
  constructor(
    private readonly isFolded = ({ type }: StoredFamily) => isTotal(type),
  ) {}

  /** Results for the same members with the same layouts share the object `layout`. */
  *fold(members: readonly MemberMetrics[]): Stepwise<Folded> {
    const plan = yield* this.plans.planOf(members);
    if (this.last?.plan !== plan) this.last = this.layoutOf(plan);
    const { families, layout, size } = this.last;
    const values = new Float64Array(size);
    const parts = new Map<number, readonly number[]>();
    let [at, folded] = [0, 0];
    for (const { family, series } of families) {
      const width = widthOf(family);
      for (const one of series) {
        writeSum(members, one, values, at, parts, this.sum);
        writeRest(members, family, one, values, at);
        at += width;
        if (++folded % SERIES_PER_STEP === 0) yield;
      }
    }
    return { totals: { layout, values, parts }, conflicts: plan.conflicts };
  }

  private layoutOf(plan: MergePlan): FoldedLayout {
    const families = plan.families.filter(({ family }) =>
      this.isFolded(family),
    );
    const series: StoredSeries[] = [];
    let size = 0;
    for (const [i, { family, series: planned }] of families.entries()) {
      for (const { names, values, created } of planned) {
        series.push([i, names, values, created]);
      }
      size += planned.length * widthOf(family);
    }
    const layout = { families: families.map((one) => one.family), series };
    return { plan, families, layout, size };
  }
}

function writeSum(
  members: readonly MemberMetrics[],
  { sources }: PlannedSeries,
  values: Float64Array,
  at: number,
  parts: Map<number, readonly number[]>,
  scratch: ExactSum,
): void {
  const plain = plainSumOf(members, sources);
  if (plain !== undefined) {
    values[at] = plain;
    return;
  }
  scratch.clear();
  const sum = exactSumOf(members, sources, 0, scratch);
  if (sum.size > 1) parts.set(at, sum.exactParts);
  values[at] = sum.value;
}

/** Writes what follows the sum: the counts of a histogram, or the count of a summary. */
function writeRest(
  members: readonly MemberMetrics[],
  family: StoredFamily,
  series: PlannedSeries,
  values: Float64Array,
  at: number,
): void {
  const { type } = family;
  const width = widthOf(family);
  if (type === 'histogram') {
    addCounts(members, series, values, at + 1, width - 1);
  }
  if (type !== 'summary') return;
  values[at + 1] = sumOf(members, series, 1);
  // The quantiles of ended members say nothing of now.
  values.fill(NaN, at + 2, at + width);
}

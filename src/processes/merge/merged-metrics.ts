import type { TimeSlice } from '../../core/event-loop-yielder.js';
import { runInSlices } from '../../core/stepwise.js';
import { NO_TIME, centisecondsAt } from '../../core/wall-clock.js';
import {
  type Cell,
  emptyCounts,
  HistogramCell,
  ValueCell,
} from '../../model/cells.js';
import {
  type MetricFamily,
  SummaryCell,
} from '../../registry/metric-family.js';
import type { StoredFamily } from '../state/layout.js';
import type { MemberMetrics } from './member-metrics.js';
import type { MergePlan, PlannedSeries } from './merge-plan.js';
import { gaugeValue } from './merged-gauge.js';
import { addCounts, sumOf } from './merged-values.js';
import { NewestExemplars } from './newest-exemplars.js';
import { PlanCache } from './plan-cache.js';

/** Series that are merged between two looks at the clock. */
const SERIES_PER_CLOCK_READ = 64;

/** The merged metrics of all members. */
export interface MergedMetrics {
  readonly metrics: readonly MetricFamily[];
  /** Metrics of which a member has another type than the newest one; its values are left out. */
  readonly conflicts: readonly string[];
}

interface Merge {
  readonly plan: MergePlan;
  readonly metrics: readonly MetricFamily[];
}

/** Merges the metrics of members into those of one page. */
export class MetricsMerger {
  private readonly plans = new PlanCache();
  private last: Merge | undefined = undefined;

  /** The cells of a result change with the next merge; values of totals only grow. */
  async merge(
    members: readonly MemberMetrics[],
    slice: TimeSlice,
  ): Promise<MergedMetrics> {
    const plan = await runInSlices(this.plans.planOf(members), slice);
    if (this.last?.plan !== plan) this.last = await newMerge(plan, slice);
    const { metrics } = this.last;
    const exemplars = new NewestExemplars(members);
    let merged = 0;
    for (const [i, { family, series }] of plan.families.entries()) {
      const cells = metrics[i]!.cells as Cell[];
      for (const [at, one] of series.entries()) {
        setValues(family, one, cells, at, members);
        exemplars.addTo(cells[at]!, one);
        if (++merged % SERIES_PER_CLOCK_READ === 0 && slice.isUsedUp()) {
          await slice.yield();
        }
      }
    }
    return { metrics, conflicts: plan.conflicts };
  }
}

async function newMerge(plan: MergePlan, slice: TimeSlice): Promise<Merge> {
  const metrics: MetricFamily[] = [];
  for (const { family, series } of plan.families) {
    const cells: Cell[] = [];
    for (const one of series) {
      cells.push(newCell(family, one));
      if (cells.length % SERIES_PER_CLOCK_READ === 0 && slice.isUsedUp()) {
        await slice.yield();
      }
    }
    metrics.push({ ...family, unit: family.unit, cells });
  }
  return { plan, metrics };
}

function newCell(
  { name, type, bounds }: StoredFamily,
  { names, values, created }: PlannedSeries,
): Cell {
  const time = created === 0 ? NO_TIME : centisecondsAt(created);
  const labels = { names, values };
  if (type === 'histogram') {
    return new HistogramCell(labels, emptyCounts(bounds), time);
  }
  return type === 'summary'
    ? new SummaryCell(labels, [], 0, 0, time)
    : new ValueCell(name, labels, time);
}

function setValues(
  family: StoredFamily,
  series: PlannedSeries,
  cells: Cell[],
  at: number,
  members: readonly MemberMetrics[],
): void {
  const cell = cells[at]!;
  if (cell instanceof HistogramCell) {
    cell.counts.fill(0);
    addCounts(members, series, cell.counts);
    cell.sum = sumOf(members, series);
  } else if (cell instanceof ValueCell) {
    cell.value =
      family.type === 'counter'
        ? sumOf(members, series)
        : gaugeValue(members, series, family.aggregator);
  } else {
    cells[at] = summaryCell(family, series, cell, members);
  }
}

/** The quantiles of several summaries cannot be merged: the largest value of each is shown. */
function summaryCell(
  { bounds }: StoredFamily,
  series: PlannedSeries,
  { names, values, created }: Cell,
  members: readonly MemberMetrics[],
): SummaryCell {
  const { sources } = series;
  const quantiles = bounds.map((quantile, i) => {
    const found = sources.members.map((member, source) => {
      const buckets = sources.buckets[source];
      const at = buckets === undefined ? i : buckets.indexOf(i);
      const first = sources.offsets[source]! + 2;
      return at < 0 ? NaN : members[member]!.values[first + at]!;
    });
    const numbers = found.filter((value) => !Number.isNaN(value));
    return {
      quantile,
      value: numbers.length === 0 ? NaN : Math.max(...numbers),
    };
  });
  const [sum, count] = [sumOf(members, series), sumOf(members, series, 1)];
  return new SummaryCell({ names, values }, quantiles, sum, count, created);
}

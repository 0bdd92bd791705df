import type {
  DistributionSnapshot,
  MetricSnapshot,
  MetricsSnapshot,
  QuantilesSnapshot,
  ValueSnapshot,
} from '../exporters/snapshot.js';
import { type FindMetric, MetricsReader } from './metrics-reader.js';

/** A series that a piece of work has changed. */
export interface MetricChange {
  /** The exposed name of the metric. */
  readonly name: string;
  /** The type of the metric. */
  readonly type: MetricSnapshot['type'];
  /** The labels of the series. */
  readonly labels: Readonly<Record<string, string>>;
  /** What was added to a counter or a gauge; the number of new observations of a histogram. */
  readonly by: number;
}

/**
 * What a piece of work has changed, and nothing else. The readers give differences: `value()`
 * is what was added, `histogram()` has the observations of the work only, and `series()`
 * the series that have changed.
 */
export class MetricChanges<T = unknown> extends MetricsReader {
  /** All series that have changed, in the order of the page. */
  readonly all: readonly MetricChange[];
  /** @internal */
  override readonly find: FindMetric;

  /** @internal */
  constructor(
    /** What the work has returned. */
    readonly result: T,
    differences: readonly MetricSnapshot[],
    find: FindMetric,
  ) {
    super();
    this.find = find;
    this.all = differences.flatMap(changesOf);
  }
}

type AnySeries = ValueSnapshot | DistributionSnapshot | QuantilesSnapshot;

/** The metrics of a snapshot with only the series that differ from an earlier one, and only by how much they do. */
export function differencesOf(
  before: MetricsSnapshot,
  after: MetricsSnapshot,
): MetricSnapshot[] {
  const earlier = new Map(before.metrics.map((one) => [one.name, one]));
  return after.metrics.map((metric) =>
    differenceOf(metric, earlier.get(metric.name)),
  );
}

function differenceOf(
  metric: MetricSnapshot,
  before: MetricSnapshot | undefined,
): MetricSnapshot {
  const { type } = metric;
  const old = new Map<string, AnySeries>(
    before?.type === type ? before.series.map((one) => [one.key, one]) : [],
  );
  const changed: AnySeries[] = [];
  for (const one of metric.series) {
    const base = old.get(one.key);
    old.delete(one.key);
    const difference = subtracted(type, one, base);
    if (difference !== undefined) changed.push(difference);
  }
  // A total only grows: a series that is gone was reset, and a gauge that is gone has lost its value.
  if (type === 'gauge') changed.push(...[...old.values()].flatMap(lost));
  return { ...metric, series: changed } as MetricSnapshot;
}

function lost(series: AnySeries): AnySeries[] {
  const { value } = series as ValueSnapshot;
  return value === 0 ? [] : [{ ...(series as ValueSnapshot), value: -value }];
}

/** @returns `undefined` if the series has not changed. */
function subtracted(
  type: MetricSnapshot['type'],
  now: AnySeries,
  before: AnySeries | undefined,
): AnySeries | undefined {
  if ('value' in now) {
    const base = type === 'gauge' || !isReset(now, before) ? before : undefined;
    const { value } = (base ?? { value: 0 }) as ValueSnapshot;
    return Object.is(value, now.value) || value === now.value
      ? undefined
      : { ...now, value: now.value - value };
  }
  const base = isReset(now, before) ? undefined : (before as typeof now);
  const count = now.count - (base?.count ?? 0);
  if (count === 0) return undefined;
  const sum = now.sum - (base?.sum ?? 0);
  if (!('counts' in now)) return { ...now, count, sum };
  const { counts = [] } = (base ?? {}) as Partial<DistributionSnapshot>;
  return { ...now, count, sum, counts: minus(now.counts, counts) };
}

function minus(now: readonly number[], before: readonly number[]): number[] {
  return now.map((count, i) => count - (before[i] ?? 0));
}

/** Whether a total has begun again. For series of prom-client only a smaller one shows it. */
function isReset(now: AnySeries, before: AnySeries | undefined): boolean {
  if (before === undefined) return true;
  return now.generation === undefined
    ? totalOf(now) < totalOf(before)
    : now.generation !== before.generation;
}

function totalOf(series: AnySeries): number {
  return 'value' in series ? series.value : series.count;
}

function changesOf({ name, type, series }: MetricSnapshot): MetricChange[] {
  return series.map((one: AnySeries) => ({
    name,
    type,
    labels: one.labels,
    by: totalOf(one),
  }));
}

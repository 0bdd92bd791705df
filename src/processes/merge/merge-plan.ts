import { sameItems } from '../../core/same-items.js';
import type { Stepwise } from '../../core/stepwise.js';
import { isTotal } from '../../registry/gather-request.js';
import type { PageType } from '../../registry/metric-family.js';
import type {
  LayoutFamily,
  LayoutSeries,
  StoredFamily,
} from '../state/layout.js';
import type { MemberMetrics } from './member-metrics.js';

/**
 * Where the values of a merged series come from, by source. Lists of numbers take a third of the
 * time of a list of objects: a page of 16 processes reads hundreds of thousands of values.
 */
export interface Sources {
  /** The indexes of the members. */
  readonly members: readonly number[];
  /** The index of the series' first value. */
  readonly offsets: readonly number[];
  /** For each of its buckets the bucket of the merged histogram; `undefined` if they are the same. */
  readonly buckets: readonly BucketMap[];
}

type BucketMap = readonly number[] | undefined;

/** A merged series. */
export interface PlannedSeries {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** The earliest time of creation (Unix seconds); 0: unknown. */
  readonly created: number;
  readonly sources: Sources;
}

/** A merged metric. */
export interface PlannedFamily {
  readonly family: StoredFamily;
  readonly series: readonly PlannedSeries[];
}

/** Which values are merged into which series. It holds until a member or a layout changes. */
export interface MergePlan {
  readonly families: readonly PlannedFamily[];
  /** Metrics that a member has with another type than the newest one: they cannot be merged. */
  readonly conflicts: readonly string[];
}

/** Series that are planned in one step. */
const SERIES_PER_STEP = 64;

interface Draft {
  readonly names: readonly string[];
  readonly values: readonly string[];
  created: number;
  readonly sources: {
    readonly members: number[];
    readonly offsets: number[];
    readonly buckets: BucketMap[];
  };
}

/** Plans the merge of these members. The newest member that has series of a metric decides its type, help and buckets. */
export function* planMerge(
  members: readonly MemberMetrics[],
): Stepwise<MergePlan> {
  const newest = newestFamilies(members);
  const settled = settledNames(members);
  const drafts = new Map<string, Map<string, Draft>>();
  for (const name of newest.keys()) drafts.set(name, new Map());
  const conflicts = new Set<string>();
  let planned = 0;
  for (const [index, member] of members.entries()) {
    for (const family of member.layout.families) {
      const target = newest.get(family.name);
      if (target === undefined || !isMerged(family, member)) continue;
      if (family.isProvisional && settled.has(family.name)) continue;
      if (kindOf(family.type) !== kindOf(target.type)) {
        conflicts.add(family.name);
        continue;
      }
      const series = drafts.get(family.name)!;
      const buckets = bucketMap(family, target);
      for (const one of family.series) {
        const { sources } = draftOf(series, target, member, one);
        sources.members.push(index);
        sources.offsets.push(one.offset);
        sources.buckets.push(buckets);
        if (++planned % SERIES_PER_STEP === 0) yield;
      }
    }
  }
  const families = [...newest.values()].map((family) => ({
    family: settled.has(family.name)
      ? { ...family, isProvisional: undefined }
      : family,
    series: [...drafts.get(family.name)!.values()],
  }));
  return { families, conflicts: [...conflicts] };
}

/** The metrics of all members, in the order of the first member that has them. */
function newestFamilies(
  members: readonly MemberMetrics[],
): Map<string, StoredFamily> {
  const newest = new Map<string, StoredFamily>();
  const since = new Map<string, number>();
  for (const member of members) {
    for (const family of member.layout.families) {
      if (!isMerged(family, member)) continue;
      const { series, ...stored } = family;
      const { name } = family;
      // A histogram of prom-client has no buckets before its first value.
      const start = series.length === 0 ? -Infinity : member.started;
      // Members come before the totals of ended ones where they started at the same time.
      if (newest.has(name) && start <= since.get(name)!) continue;
      newest.set(name, stored);
      since.set(name, start);
    }
  }
  return newest;
}

/** The metrics of which a member has series that stay: the provisional ones of other members are not needed. */
function settledNames(members: readonly MemberMetrics[]): Set<string> {
  const families = members.flatMap(({ layout }) => layout.families);
  return new Set(
    families
      .filter(
        ({ series, isProvisional }) => series.length > 0 && !isProvisional,
      )
      .map(({ name }) => name),
  );
}

/** Gauges are about now: only those of living members count. */
function isMerged(family: LayoutFamily, { isAlive }: MemberMetrics): boolean {
  return isTotal(family.type) || (isAlive && family.aggregator !== 'omit');
}

function kindOf(type: PageType): PageType {
  return type === 'unknown' ? 'gauge' : type;
}

/** Finds or adds the merged series that a series of a member belongs to. */
function draftOf(
  series: Map<string, Draft>,
  { aggregator }: StoredFamily,
  { process }: MemberMetrics,
  { text, names, values, created }: LayoutSeries,
): Draft {
  const isEach = aggregator === 'each' && !names.includes('process');
  const key = isEach ? `${process} ${text}` : text;
  const known = series.get(key);
  if (known !== undefined) {
    known.created = earlier(known.created, created);
    return known;
  }
  const draft = {
    names: isEach ? [...names, 'process'] : names,
    values: isEach ? [...values, process] : values,
    created,
    sources: { members: [], offsets: [], buckets: [] },
  };
  series.set(key, draft);
  return draft;
}

/** The earlier of two times of which 0 is unknown. */
function earlier(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b;
  return Math.min(a, b);
}

/**
 * Moves each bucket to the first one whose bound is not below its own: exact where both have
 * the bound, else too high a value is shown and never too low a one. Quantiles of summaries
 * that the merged summary lacks are left out.
 */
function bucketMap(
  { type, bounds }: StoredFamily,
  target: StoredFamily,
): readonly number[] | undefined {
  const to = target.bounds;
  if (sameItems(bounds, to)) return undefined;
  if (type === 'summary') return bounds.map((one) => to.indexOf(one));
  return [...bounds, Infinity].map((bound) => {
    const at = to.findIndex((one) => one >= bound);
    return at === -1 ? to.length : at;
  });
}

import type { LabelFilter } from '../../model/labels.js';
import { exposedForm } from '../../model/names.js';
import { isObject } from '../../core/validate.js';
import { labelFilterOf, type PlacedFilter } from './label-filters.js';
import type { MetricFilter } from './metric-filter.js';
import { beginningOf, isMeant } from './name-pattern.js';

/** The result of all filters for one metric. */
export interface FilteredMetric {
  /** The given or the renamed name, without namespace and subsystem. */
  readonly name: string;
  readonly denied: boolean;
  readonly buckets: readonly number[] | undefined;
  readonly maxSeries: number | undefined;
  /** @param metric the exposed name, for messages. */
  labelFilter(metric: string): LabelFilter | undefined;
}

/**
 * Applies the filters of the options. Renames run first, one after the other. All other
 * filters match the resulting name, so that all recordings of one name are treated alike.
 */
// Why: docs/decisions/recording.md, "Renames come before all other filters".
export class Filters {
  private readonly filters: readonly PlacedFilter[];

  /** @param filters checked filters; they are copied, since the caller may change them later. */
  constructor(filters: readonly MetricFilter[]) {
    this.filters = filters.map((filter, i) => {
      const entries = Object.entries(filter);
      const copy = entries.map(([option, value]) => [option, copyOf(value)]);
      return { ...Object.fromEntries(copy), path: `filters[${i}]` };
    });
  }

  apply(given: string): FilteredMetric {
    const name = this.rename(given);
    const own = this.filters.filter(({ metrics }) => isMeant(name, metrics));
    const verdict = own.find(({ accept, deny }) => accept ?? deny);
    return {
      name,
      denied: verdict?.deny === true,
      buckets: own.findLast(({ buckets }) => buckets)?.buckets,
      maxSeries: own.findLast(({ maxSeries }) => maxSeries)?.maxSeries,
      labelFilter: (metric) => labelFilterOf(own, metric),
    };
  }

  private rename(given: string): string {
    let name = given;
    for (const { metrics, rename } of this.filters) {
      if (metrics === undefined || rename === undefined) continue;
      if (isMeant(name, metrics)) name = renamed(name, metrics, rename);
    }
    return name;
  }
}

function renamed(name: string, metrics: string | RegExp, to: string): string {
  const exposed = exposedForm(name);
  // A copy: a sticky RegExp keeps its last position.
  if (metrics instanceof RegExp)
    return exposed.replace(new RegExp(metrics), to);
  if (!metrics.endsWith('*')) return to;
  return beginningOf(to) + exposed.slice(beginningOf(metrics).length);
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...value];
  return isObject(value) && !(value instanceof RegExp) ? { ...value } : value;
}

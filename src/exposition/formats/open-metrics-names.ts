import { MetricConflictError } from '../../model/errors.js';
import type { MetricHead, PageType } from './exposed-metric.js';
import { namesOf } from './sample-names.js';

/**
 * Finds metrics whose names clash in OpenMetrics, where a metric has all the names
 * that its samples may have, and counters an additional one (OpenMetrics 1.0.0,
 * "Suffixes"). In a registry names differ, but `jobs` and `jobs_total` may be two.
 *
 * - A counter whose names are also another's is of type unknown, under the name that
 *   it was given. That is one name only, and the one that the text format has.
 * - Histograms and summaries cannot do with fewer names. What has one of these is left out.
 */
export class OpenMetricsNames {
  /** Names that several metrics would have. */
  private readonly shared = new Set<string>();
  /** The histogram or summary that has a name. */
  private readonly composites = new Map<string, string>();

  constructor(all: readonly MetricHead[]) {
    const taken = new Set<string>();
    for (const head of all.filter(isComposite)) this.reserve(head);
    for (const head of all) {
      for (const name of namesOf(head)) {
        if (taken.has(name)) this.shared.add(name);
        else taken.add(name);
      }
    }
  }

  /**
   * The type that a metric has on the page.
   *
   * @throws {MetricConflictError} if a histogram or summary has its name.
   */
  typeOf(head: MetricHead): PageType {
    const names = namesOf(head);
    const isShared = names.some((name) => this.shared.has(name));
    const type = head.type === 'counter' && isShared ? 'unknown' : head.type;
    for (const name of type === 'unknown' ? [head.name] : names) {
      const owner = this.composites.get(name) ?? head.name;
      if (owner !== head.name) throw conflict(head.name, owner);
    }
    return type;
  }

  /** Who comes first keeps its names. */
  private reserve(head: MetricHead): void {
    const names = namesOf(head);
    if (names.some((name) => this.composites.has(name))) return;
    for (const name of names) this.composites.set(name, head.name);
  }
}

function isComposite({ type }: MetricHead): boolean {
  return type === 'histogram' || type === 'summary';
}

function conflict(name: string, owner: string): MetricConflictError {
  return new MetricConflictError(
    `Metric "${name}" is not on OpenMetrics pages, where "${owner}" may have a sample of that name; give one of them another name`,
  );
}

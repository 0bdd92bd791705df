import { MetricConflictError } from '../../core/errors.js';
import type { FamilyHeader, PageType } from '../../registry/metric-family.js';
import { ReservedNames } from '../../registry/reserved-names.js';
import { namesOf } from '../../registry/sample-names.js';

/**
 * Finds metrics whose names clash in OpenMetrics, where a metric has all the names that its
 * samples may have, and a counter one more (OpenMetrics 1.0.0, "Suffixes"). A counter that
 * clashes becomes `unknown`, which has one name. A histogram or summary needs all of its names,
 * so that the metric that clashes with it is left out.
 */
// Why: docs/decisions/pages.md, "Names that clash only in OpenMetrics become unknown".
export class OpenMetricsNames {
  /** Names that several metrics would have. */
  private readonly shared = new Set<string>();
  private readonly reserved: ReservedNames;

  constructor(all: readonly FamilyHeader[]) {
    this.reserved = new ReservedNames(all, namesOf);
    const taken = new Set<string>();
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
  typeOf(head: FamilyHeader): PageType {
    const isShared = namesOf(head).some((name) => this.shared.has(name));
    const type = head.type === 'counter' && isShared ? 'unknown' : head.type;
    const owner = this.reserved.ownerAmong({ ...head, type });
    if (owner !== undefined) throw conflict(head.name, owner);
    return type;
  }
}

function conflict(name: string, owner: string): MetricConflictError {
  const why = owner.startsWith(name)
    ? `a sample of it may be named "${owner}", which is another metric`
    : `"${owner}" may have a sample of that name`;
  return new MetricConflictError(
    `Metric "${name}" is not on OpenMetrics pages, where ${why}; give one of them another name`,
  );
}

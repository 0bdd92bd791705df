import { MetricConflictError } from '../../core/errors.js';
import type { FamilyHeader, PageType } from '../../registry/metric-family.js';
import { namesOf, ReservedNames } from '../../registry/sample-names.js';

/**
 * Finds metrics whose names clash in OpenMetrics, where a metric has all the names that its
 * samples may have, and a counter one more (OpenMetrics 1.0.0, "Suffixes"). A counter that
 * clashes becomes `unknown`, which has one name. A histogram or summary needs all of its names,
 * so that the metric that clashes with it is left out.
 */
// Why: docs/decisions/pages.md, "Names that clash only in OpenMetrics become unknown".
export class OpenMetricsNames {
  /** Names of several metrics. */
  private readonly shared = new Set<string>();
  private readonly reserved: ReservedNames;

  constructor(all: readonly FamilyHeader[]) {
    this.reserved = new ReservedNames(all, namesOf);
    const taken = new Set<string>();
    for (const header of all) {
      for (const name of namesOf(header)) {
        if (taken.has(name)) this.shared.add(name);
        else taken.add(name);
      }
    }
  }

  /**
   * The type of a metric on the page.
   *
   * @throws {MetricConflictError} if a histogram or summary has its name.
   */
  typeOf(header: FamilyHeader): PageType {
    const isShared = namesOf(header).some((name) => this.shared.has(name));
    const type =
      header.type === 'counter' && isShared ? 'unknown' : header.type;
    const owner = this.reserved.ownerAmong({ ...header, type });
    if (owner !== undefined) throw conflict(header.name, owner);
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

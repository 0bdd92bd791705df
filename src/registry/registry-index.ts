import type { FamilyHeader, PageType } from './metric-family.js';
import { ReservedNames } from './reserved-names.js';
import { ownersOf, textNamesOf } from './sample-names.js';
import { RegistryAdapter } from './registry-adapter.js';
import type { RegisteredMetric } from './registered-metrics.js';

/**
 * What the names of the metrics in a registry tell. It is made once, and used as long as
 * the registry has the same metrics, so that a page of a few of many thousand metrics
 * does not go through all their names.
 */
export class RegistryIndex {
  /** Which names histograms and summaries have. */
  readonly reserved: ReservedNames;
  /** The metrics that can be shown beside these. The same array as long as nothing changes. */
  readonly headers: readonly FamilyHeader[];
  private readonly positions: ReadonlyMap<string, number>;
  /** Positions of the metrics that have not told their type yet. */
  private readonly untyped: readonly number[];

  /** @param typeOf gives the type of a metric, as far as it is known. */
  constructor(
    readonly all: readonly RegisteredMetric[],
    typeOf: (one: RegisteredMetric) => PageType | undefined,
  ) {
    const headers = all.map((one) => ({
      name: one.name,
      type: typeOf(one) ?? 'unknown',
      isOurs: one.metric instanceof RegistryAdapter,
    }));
    this.reserved = new ReservedNames(headers, textNamesOf);
    this.headers = headers.filter(
      (header) => this.reserved.ownerAmong(header) === undefined,
    );
    this.positions = new Map(all.map(({ name }, i) => [name, i]));
    this.untyped = all.flatMap((one, i) =>
      typeOf(one) === undefined ? [i] : [],
    );
  }

  /** Whether metrics have told their type since. */
  isOutdated(typeOf: (one: RegisteredMetric) => PageType | undefined): boolean {
    return this.untyped.some((i) => typeOf(this.all[i]!) !== undefined);
  }

  /**
   * The metrics that may have one of these names, as families or as samples, in the
   * order of the registry. Those whose type is not known yet are among them, as their
   * names depend on it.
   */
  candidates(names: readonly string[]): RegisteredMetric[] {
    const named = names
      .flatMap(ownersOf)
      .map((name) => this.positions.get(name))
      .filter((position) => position !== undefined);
    return [...new Set([...named, ...this.untyped])]
      .sort((a, b) => a - b)
      .map((position) => this.all[position]!);
  }
}

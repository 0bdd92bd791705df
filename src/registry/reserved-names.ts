import type { FamilyHeader } from './metric-family.js';

/**
 * The names that histograms and summaries have on a page, as families and as samples.
 * No other metric can have one of them. A name belongs to the first that has it, and to
 * our metrics before all others.
 */
export class ReservedNames {
  private readonly owners = new Map<string, string>();

  /** @param namesOf gives all names that a metric may have. */
  constructor(
    all: readonly FamilyHeader[],
    private readonly namesOf: (head: FamilyHeader) => readonly string[],
  ) {
    const composites = all.filter(
      ({ type }) => type === 'histogram' || type === 'summary',
    );
    const foreign = composites.filter(({ isOurs }) => !isOurs);
    for (const one of composites) if (one.isOurs) this.reserve(one);
    if (foreign.length > 0) this.reserveOurs(all);
    for (const one of foreign) this.reserve(one);
  }

  /** The metric that owns a name of this other one; `undefined` if none does. */
  ownerAmong(head: FamilyHeader): string | undefined {
    if (this.owners.size === 0) return undefined;
    for (const name of this.namesOf(head)) {
      const owner = this.owners.get(name);
      if (owner !== undefined && owner !== head.name) return owner;
    }
    return undefined;
  }

  /** What has one sample a series keeps the name that it was given. */
  private reserveOurs(all: readonly FamilyHeader[]): void {
    for (const { name, isOurs } of all) {
      if (isOurs && !this.owners.has(name)) this.owners.set(name, name);
    }
  }

  private reserve(head: FamilyHeader): void {
    const names = this.namesOf(head);
    if (names.some((name) => this.owners.has(name))) return;
    for (const name of names) this.owners.set(name, head.name);
  }
}

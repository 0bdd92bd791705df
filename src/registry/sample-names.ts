import type { FamilyHeader } from './metric-family.js';

/** The name of a counter without `_total`: the name of its family in OpenMetrics. */
export function counterFamily(name: string): string {
  return name.replace(/(?<=.)_total$/, '');
}

/**
 * All names that a metric may have on a page, as a family and as samples, in any
 * format (OpenMetrics 1.0.0, "Suffixes").
 */
export function namesOf({ name, type }: FamilyHeader): string[] {
  switch (type) {
    case 'counter': {
      const family = counterFamily(name);
      return [family, `${family}_total`, `${family}_created`];
    }
    case 'histogram':
      return [name, ...['bucket', 'sum', 'count', 'created'].map(suffixed)];
    case 'summary':
      return [name, ...['sum', 'count', 'created'].map(suffixed)];
    default:
      return [name];
  }
  function suffixed(suffix: string): string {
    return `${name}_${suffix}`;
  }
}

/** The names under which a metric with this name, or with a sample of this name, may be registered: the inverse of {@link namesOf}. */
export function ownersOf(name: string): string[] {
  const family = name.replace(/_(bucket|sum|count|created|total)$/, '');
  return [name, family, `${name}_total`, `${family}_total`];
}

/**
 * All names that a metric may have in the text format. `jobs` and `jobs_total` may be
 * two metrics there.
 */
export function textNamesOf({ name, type }: FamilyHeader): string[] {
  switch (type) {
    case 'histogram':
      return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
    case 'summary':
      return [name, `${name}_sum`, `${name}_count`];
    default:
      return [name];
  }
}

/**
 * The names that histograms and summaries have on a page, of their own and of their
 * samples. No other metric can have one of them. A name belongs to the first metric that has it, and metrics of the collector come before those of prom-client.
 */
export class ReservedNames {
  private readonly owners = new Map<string, string>();

  /** @param allNames returns all names that a metric may have. */
  constructor(
    all: readonly FamilyHeader[],
    private readonly allNames: (header: FamilyHeader) => readonly string[],
  ) {
    const composites = all.filter(
      ({ type }) => type === 'histogram' || type === 'summary',
    );
    const others = composites.filter(({ isOurs }) => !isOurs);
    for (const one of composites) if (one.isOurs) this.reserve(one);
    if (others.length > 0) this.reserveOurs(all);
    for (const one of others) this.reserve(one);
  }

  /** The metric that owns a name of this metric; `undefined` if no other metric does. */
  ownerAmong(header: FamilyHeader): string | undefined {
    if (this.owners.size === 0) return undefined;
    for (const name of this.allNames(header)) {
      const owner = this.owners.get(name);
      if (owner !== undefined && owner !== header.name) return owner;
    }
    return undefined;
  }

  /** Our counters and gauges keep their names before histograms and summaries of prom-client. */
  private reserveOurs(all: readonly FamilyHeader[]): void {
    for (const { name, isOurs } of all) {
      if (isOurs && !this.owners.has(name)) this.owners.set(name, name);
    }
  }

  private reserve(header: FamilyHeader): void {
    const names = this.allNames(header);
    if (names.some((name) => this.owners.has(name))) return;
    for (const name of names) this.owners.set(name, header.name);
  }
}

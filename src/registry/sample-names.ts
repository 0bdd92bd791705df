import type { FamilyHeader } from './metric-family.js';

/** The name of a counter without `_total`, which is that of its family in OpenMetrics. */
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

/** The names that a metric may be registered under if it has a family or a sample of this name: the inverse of {@link namesOf}. */
export function ownersOf(name: string): string[] {
  const family = name.replace(/_(bucket|sum|count|created|total)$/, '');
  return [name, family, `${name}_total`, `${family}_total`];
}

/**
 * The names that a metric has on a page in the text format, which reserves no others:
 * `jobs` and `jobs_total` may be two metrics there.
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

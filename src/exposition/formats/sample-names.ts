import type { MetricHead } from './exposed-metric.js';

/** The name of a counter without `_total`, which is that of its family in OpenMetrics. */
export function counterFamily(name: string): string {
  return name.replace(/(?<=.)_total$/, '');
}

/**
 * All names that a metric may have on a page, as a family and as samples, in any
 * format (OpenMetrics 1.0.0, "Suffixes").
 */
export function namesOf({ name, type }: MetricHead): string[] {
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

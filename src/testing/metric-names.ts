import type { PrometheusCollector } from '../collector/prometheus-collector.js';
import { nearest } from '../core/suggestion.js';
import { UnknownMetricError } from './errors.js';

/** How many names the error of an unknown name shows. */
const NEAREST = 3;

/** Finds the exposed name of a metric, which tests may give with or without namespace and subsystem. */
export class MetricNames {
  constructor(private readonly collector: PrometheusCollector) {}

  /**
   * The exposed name among those that exist.
   *
   * @throws {UnknownMetricError} naming the nearest ones.
   */
  find(given: string, existing: ReadonlySet<string>): string {
    const forms = this.collector.exposedNames(given);
    const found = forms.find((form) => existing.has(form));
    if (found !== undefined) return found;
    throw new UnknownMetricError(
      this.collector.isDenied(given)
        ? `Metric "${given}" is dropped by a filter; expected a metric that is recorded`
        : `No metric is named "${given}"; ${hintOf(forms, [...existing])}`,
    );
  }
}

function hintOf(forms: readonly string[], existing: readonly string[]): string {
  if (existing.length === 0) return 'there are no metrics yet';
  const names = nearest(forms, existing, NEAREST).map((name) => `"${name}"`);
  return `the nearest ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
}

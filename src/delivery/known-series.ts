import { seriesOf } from './series-reader.js';
import type { MetricsSnapshot } from './snapshot.js';

/** What is known of series, by the name of the metric and the key of the series. */
export type KnownSeries<T> = Map<string, Map<string, T>>;

/** What is known of the series of a metric; a place for it is made if there is none. */
export function knownOf<T>(
  known: KnownSeries<T>,
  metric: string,
): Map<string, T> {
  let ofMetric = known.get(metric);
  if (ofMetric === undefined) known.set(metric, (ofMetric = new Map()));
  return ofMetric;
}

/** Forgets the series that are not there any more. Of a metric that was not read, that is not known. */
export function forgetOthers(
  known: KnownSeries<unknown>,
  { metrics, unread = [] }: MetricsSnapshot,
): void {
  const there = new Map(metrics.map((metric) => [metric.name, metric]));
  const unknown = new Set(unread);
  for (const [name, ofMetric] of known) {
    if (unknown.has(name)) continue;
    const metric = there.get(name);
    if (metric === undefined) {
      known.delete(name);
      continue;
    }
    const series = seriesOf<{ readonly key: string }>(metric);
    if (ofMetric.size <= series.length) continue;
    const keys = new Set<string>();
    for (let i = 0; i < series.length; i++) keys.add(series.at(i)!.key);
    for (const key of ofMetric.keys()) if (!keys.has(key)) ofMetric.delete(key);
  }
}

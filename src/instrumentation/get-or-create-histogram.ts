import type { MetricsCollector } from '../collector/metrics-collector.js';
import { MetricConflictError } from '../core/errors.js';
import type { Histogram } from '../model/histogram.js';

/** The histogram to get or create. */
interface WantedHistogram {
  readonly name: string;
  readonly prefixed?: boolean;
  readonly buckets: readonly number[] | undefined;
}

/**
 * Gets or creates a histogram with buckets. If it exists, or is declared, with others, it
 * is used as it is: durations in other buckets are better than none.
 *
 * @param ask gets or creates the histogram in the collector.
 * @param report receives the conflict, once.
 * @throws {MetricConflictError} if another type of metric has the name.
 */
export function getOrCreateHistogram(
  collector: MetricsCollector,
  { name, prefixed, buckets }: WantedHistogram,
  ask: (options: { buckets?: readonly number[] }) => Histogram,
  report: (error: unknown) => void,
): Histogram {
  if (buckets === undefined) return ask({});
  // First without buckets: a class that was loaded later must not change the declared ones.
  if (isDeclared(collector, name, prefixed)) ask({});
  try {
    return ask({ buckets });
  } catch (error) {
    if (!(error instanceof MetricConflictError)) throw error;
    const standing = ask({});
    report(withKeptBuckets(error));
    return standing;
  }
}

function withKeptBuckets(conflict: MetricConflictError): MetricConflictError {
  return new MetricConflictError(
    `${conflict.message}. Values are recorded in the buckets that are there`,
    { cause: conflict },
  );
}

/** A collector of the user's own may throw. */
function isDeclared(
  collector: MetricsCollector,
  name: string,
  prefixed?: boolean,
): boolean {
  try {
    return collector.isDeclared(name, prefixed) === true;
  } catch {
    return false;
  }
}

import type { MetricsCollector } from '../collector/metrics-collector.js';
import { MetricConflictError } from '../core/errors.js';
import type { Histogram } from '../model/histogram.js';

/** A histogram that is wanted with buckets. */
interface WantedHistogram {
  readonly name: string;
  readonly prefixed?: boolean;
  readonly buckets: readonly number[] | undefined;
}

/**
 * Asks for a histogram with buckets. Where it has others, or is declared with others, it
 * is used as it is: durations in other buckets are worth more than none.
 *
 * @param ask gets the histogram of the collector.
 * @param report is called with the conflict, once.
 * @throws {MetricConflictError} if the name belongs to something else than a histogram.
 */
export function getOrCreateHistogram(
  collector: MetricsCollector,
  { name, prefixed, buckets }: WantedHistogram,
  ask: (options: { buckets?: readonly number[] }) => Histogram,
  report: (error: unknown) => void,
): Histogram {
  if (buckets === undefined) return ask({});
  // First as it is declared: the buckets may be those of a class that came later.
  if (isDeclared(collector, name, prefixed)) ask({});
  try {
    return ask({ buckets });
  } catch (error) {
    if (!(error instanceof MetricConflictError)) throw error;
    const standing = ask({});
    report(keptBuckets(error));
    return standing;
  }
}

function keptBuckets(conflict: MetricConflictError): MetricConflictError {
  return new MetricConflictError(
    `${conflict.message}. Values are recorded in the buckets that are there`,
    { cause: conflict },
  );
}

/** A collector of the user's own may be anything. */
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

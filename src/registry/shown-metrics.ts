import type { GatheredMetrics } from './gatherer.js';
import { type GatherRequest, selection } from './gather-request.js';
import type { MetricFamily } from './metric-family.js';
import { ReservedNames, textNamesOf } from './sample-names.js';

/** Metrics from several sources as a page shows them: those whose names do not clash, and the requested ones among them. */
export function shownMetrics(
  all: readonly MetricFamily[],
  request: GatherRequest,
): Pick<GatheredMetrics, 'headers' | 'metrics'> {
  const reserved = new ReservedNames(all, textNamesOf);
  const headers = all.filter(
    (header) => reserved.ownerAmong(header) === undefined,
  );
  return { headers, metrics: headers.filter(selection(request)) };
}

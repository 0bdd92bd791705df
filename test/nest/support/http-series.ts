import type { PrometheusCollector } from '../../../src/index.js';
import { metricsOf } from '../../../src/testing/index.js';
import { waitFor } from '../../support/http.js';

const DURATION = 'http_server_request_duration_seconds';

/** How many requests were measured, by `METHOD route status_code`. */
export type RequestCounts = Record<string, number>;

function requestCounts(collector: PrometheusCollector): RequestCounts {
  const series = metricsOf(collector).series(DURATION);
  return Object.fromEntries(
    series.map(({ labels: { method, route, status_code }, value }) => [
      `${method} ${route} ${status_code}`,
      value,
    ]),
  );
}

export function total(counts: RequestCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The counts once this many requests were measured: an answer reaches the client before it has ended for the server. */
export async function countsOf(
  collector: PrometheusCollector,
  requests: number,
): Promise<RequestCounts> {
  let counts: RequestCounts = {};
  await waitFor(
    () => {
      counts = requestCounts(collector);
      return total(counts) >= requests;
    },
    `${requests} requests in ${DURATION}`,
    5,
  ).catch(() => {});
  return counts;
}

/** The value of `http_server_active_requests` of a method; `undefined` without such a sample. */
export async function activeRequests(
  collector: PrometheusCollector,
  method = 'GET',
): Promise<number | undefined> {
  const metrics = metricsOf(collector);
  await metrics.refresh();
  return metrics.series('http_server_active_requests', { method })[0]?.value;
}

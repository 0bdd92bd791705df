import type { PrometheusCollector } from '../../../src/index.js';
import { samples } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';

const DURATION = 'http_server_request_duration_seconds';

/** How many requests were measured, by `METHOD route status_code`. */
export type RequestCounts = Record<string, number>;

export async function requestCounts(
  collector: PrometheusCollector,
): Promise<RequestCounts> {
  const counts: RequestCounts = {};
  for (const line of await samples(collector, DURATION)) {
    const found =
      /_count\{method="(.*)",route="(.*)",status_code="(.*)"\} (\d+)$/.exec(
        line,
      );
    if (found === null) continue;
    const [, method, route, status, count] = found;
    counts[`${method} ${route} ${status}`] = Number(count);
  }
  return counts;
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
    async () => {
      counts = await requestCounts(collector);
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
  const lines = await samples(collector, 'http_server_active_requests');
  const line = lines.find((one) => one.includes(`method="${method}"`));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

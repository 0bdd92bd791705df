import { expect } from 'vitest';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import type { PrometheusCollector } from '../../../src/index.js';
import type { MetricsSnapshot } from '../../../src/exporters/index.js';
import { makeCollector } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import type { StatsdServer, Totals } from '../../support/statsd.js';

/** A collector that sends to the server on flush() only. */
export async function collectorFor(
  { port }: StatsdServer,
  options: StatsdOptions,
  timeout = 20_000,
) {
  const made = makeCollector({ namespace: 'app', flushTimeout: timeout });
  await made.collector.addExporter(
    new StatsdExporter({
      host: '127.0.0.1',
      port,
      interval: false,
      timeout,
      tags: 'graphite',
      ...options,
    }),
  );
  await made.collector.initialize();
  return made;
}

/** Records metrics of all types. */
export function record(collector: PrometheusCollector): void {
  const calls = collector.counter('calls_total');
  const runs = collector.timer('run_seconds');
  const sizes = collector.histogram('sizes');
  for (let i = 0; i < 500; i++) {
    const labels = { agent: `a${i % 7}`, status: i % 3 ? 'success' : 'error' };
    calls.inc(labels, (i % 5) + 0.25);
    runs.observe(labels, i / 64);
    sizes.observe({ kind: 'a b' }, i);
  }
  collector.gauge('sessions').set(12.5);
  collector.gauge('balance').set({ account: 'main' }, -3);
}

/** The metrics about exporters, and the durations of their checks, change with each delivery. */
const isStable = (name: string) => !/_(metrics_export|health_check)/.test(name);

/** The totals that the server must have. A snapshot has the values of the page, see snapshot.spec.ts. */
function expected({ metrics }: MetricsSnapshot, separator = ';') {
  const totals = { counters: {}, gauges: {}, counts: {}, sums: {} } as Record<
    'counters' | 'gauges' | 'counts' | 'sums',
    Record<string, number>
  >;
  for (const metric of metrics.filter(({ name }) => isStable(name))) {
    for (const one of metric.series) {
      const labels = Object.entries(one.labels).map(
        ([name, value]) =>
          `${separator}${name}=${value.replaceAll(' ', separator === ';' ? '_' : ' ')}`,
      );
      const name = metric.name + labels.join('');
      if (metric.type === 'counter')
        totals.counters[name] = (one as { value: number }).value;
      if (metric.type === 'gauge')
        totals.gauges[name] = (one as { value: number }).value;
      if (metric.type !== 'histogram') continue;
      const { count, sum } = one as { count: number; sum: number };
      const isTimer = metric.unit === 'seconds';
      const sent = isTimer ? name.replace('_seconds', '_milliseconds') : name;
      totals.counts[sent] = count;
      totals.sums[sent] = isTimer ? sum * 1_000 : sum;
    }
  }
  return totals;
}

function found({ counters, gauges, timers }: Totals) {
  const own = (all: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(all).filter(
        ([name, value]) =>
          name.startsWith('app_') && isStable(name) && value !== 0,
      ),
    );
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const entries = Object.entries(timers);
  return {
    counters: own(counters),
    gauges: Object.fromEntries(
      Object.entries(gauges).filter(
        ([name]) => name.startsWith('app_') && isStable(name),
      ),
    ),
    counts: Object.fromEntries(
      entries.map(([name, values]) => [name, values.length]),
    ),
    sums: Object.fromEntries(
      entries.map(([name, values]) => [name, sum(values)]),
    ),
  };
}

/** Waits until the server has the values of the page. */
export async function expectEqual(
  server: StatsdServer,
  collector: PrometheusCollector,
  separator?: string,
) {
  const page = expected(await collector.snapshot(), separator);
  const closeTo = (all: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [
        name,
        expect.closeTo(value, 6),
      ]),
    );
  await waitFor(
    async () => {
      const totals = found(await server.totals());
      expect(totals).toEqual({
        counters: page.counters,
        gauges: page.gauges,
        counts: page.counts,
        sums: closeTo(page.sums),
      });
      return true;
    },
    'the values of the page at the server',
    10,
  );
}

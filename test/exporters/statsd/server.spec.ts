import {
  Counter as PromCounter,
  Histogram as PromHistogram,
  Summary as PromSummary,
} from 'prom-client';
import { describe, expect, it } from 'vitest';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import {
  type MetricsSnapshot,
  PrometheusCollector,
} from '../../../src/index.js';
import { makeCollector } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import {
  startStatsd,
  type StatsdServer,
  type Totals,
} from '../../support/statsd.js';

/** A collector that sends to the server by flush() only. */
async function collectorFor(
  { port }: StatsdServer,
  options: StatsdOptions,
  timeout = 2_000,
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

/** Records all there is. */
function record(collector: PrometheusCollector): void {
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

/** What the server must have, from what the page says: a snapshot is the page, see snapshot.spec.ts. */
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

async function expectEqual(
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

describe.each(['udp', 'tcp'] as const)(
  'a StatsD server over %s',
  (protocol) => {
    it('has the values of the page after a run', async () => {
      const server = await startStatsd(protocol);
      const { collector, warnings } = await collectorFor(server, { protocol });
      for (let i = 0; i < 3; i++) {
        record(collector);
        await collector.flush();
      }
      await expectEqual(server, collector);
      expect(warnings).toEqual([]);
    });

    it('has them with the tags of DogStatsD', async () => {
      const server = await startStatsd(protocol);
      const { collector } = await collectorFor(server, {
        protocol,
        tags: 'dogstatsd',
      });
      collector.counter('calls_total').inc({ agent: 'a' }, 5);
      collector.timer('run_seconds').observe({ agent: 'a' }, 0.25);
      await collector.flush();
      await expectEqual(server, collector);
    });

    it('gets one line for a counter that is increased a million times', async () => {
      const server = await startStatsd(protocol);
      const { collector } = await collectorFor(server, { protocol });
      const series = collector.counter('hot_total').labels({ agent: 'a' });
      for (let i = 0; i < 1_000_000; i++) series.inc();
      await collector.flush();
      await waitFor(async () => (await server.received()).length > 0, 'lines');
      const lines = await server.received();
      expect(lines.filter((line) => line.startsWith('app_hot_total'))).toEqual([
        'app_hot_total;agent=a:1000000|c',
      ]);
      await collector.flush();
      await expectEqual(server, collector);
    });

    it('gets what is left when the collector is shut down', async () => {
      const server = await startStatsd(protocol);
      const { collector } = await collectorFor(server, { protocol });
      record(collector);
      await collector.shutdown();
      await expectEqual(server, collector);
    });

    it('has what growth there is of histograms and summaries of prom-client', async () => {
      const server = await startStatsd(protocol);
      const { collector } = await collectorFor(server, { protocol });
      const registers = [collector.registry];
      const help = 'h';
      const calls = new PromCounter({
        name: 'app_their_total',
        help,
        registers,
      });
      const sizes = new PromHistogram({
        name: 'app_their_sizes',
        help,
        registers,
      });
      const times = new PromSummary({
        name: 'app_their_times',
        help,
        registers,
        percentiles: [0.5],
      });
      for (const value of [1, 2.5, 40]) {
        calls.inc(value);
        sizes.observe(value);
        times.observe(value);
        await collector.flush();
      }
      await waitFor(
        async () => {
          const { counters, gauges } = await server.totals();
          expect(counters).toMatchObject({
            app_their_total: 43.5,
            app_their_sizes_count: 3,
            app_their_sizes_sum: 43.5,
            app_their_times_count: 3,
            app_their_times_sum: 43.5,
          });
          expect(gauges['app_their_times;quantile=0.5']).toBe(2.5);
          return true;
        },
        'the metrics of prom-client',
        10,
      );
    });
  },
);

describe('counters over TCP', () => {
  it('are right when the server is killed, is away for a while, and is started again', async () => {
    const server = await startStatsd('tcp');
    const options = { protocol: 'tcp' } as const;
    const { collector } = await collectorFor(server, options, 500);
    const calls = collector.counter('calls_total');
    const increase = (by: number) => {
      for (let i = 0; i < 2_000; i++) calls.inc({ n: String(i) }, by);
    };
    for (let round = 0; round < 5; round++) {
      increase(1);
      await collector.flush();
      increase(2);
      await server.kill();
      await expect(collector.flush()).rejects.toThrow(/ECONNREFUSED/);
      increase(3);
      await server.start();
    }
    await collector.flush(20_000);
    const sums = new Map<string, number>();
    for (const line of await server.received()) {
      const [, n, growth] =
        /^app_calls_total;n=(\d+):(\d+)\|c$/.exec(line) ?? [];
      if (n !== undefined) sums.set(n, (sums.get(n) ?? 0) + Number(growth));
    }
    expect(sums.size).toBe(2_000);
    expect([...sums].filter(([, sum]) => sum !== 30)).toEqual([]);
  });
});

describe('a server over UDP that is away', () => {
  it('costs the app nothing, and gets what comes after it is back', async () => {
    const server = await startStatsd('udp');
    const { collector, warnings } = await collectorFor(server, {
      protocol: 'udp',
    });
    const calls = collector.counter('calls_total');
    const counted = async () =>
      (await server.totals()).counters['app_calls_total'];
    calls.inc(1);
    await collector.flush();
    await waitFor(async () => (await counted()) === 1, 'the first', 10);
    await server.kill();
    calls.inc(10);
    await collector.flush();
    await server.start();
    calls.inc(100);
    await collector.flush();
    await waitFor(
      async () => {
        const { counters } = await server.totals();
        return counters['app_calls_total'] === 101;
      },
      'what came before and after',
      10,
    );
    expect(warnings).toEqual([]);
  });
});

import {
  Counter as PromCounter,
  Histogram as PromHistogram,
  Summary as PromSummary,
} from 'prom-client';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../support/http.js';
import { startStatsd } from '../../support/statsd.js';
import { collectorFor, expectEqual, record } from './same-as-page.js';

describe.each(['udp', 'tcp'] as const)(
  'a StatsD server over %s',
  (protocol) => {
    it('the server has the values of the page after some exports', async () => {
      const server = await startStatsd(protocol);
      const { collector, warnings } = await collectorFor(server, { protocol });
      for (let i = 0; i < 3; i++) {
        record(collector);
        await collector.flush();
      }
      await expectEqual(server, collector);
      expect(warnings).toEqual([]);
    });

    it('the server has the values of the page with tags of DogStatsD', async () => {
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

    it('the server receives one line for a counter that is increased a million times', async () => {
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

    it('the server receives the rest when the collector is shut down', async () => {
      const server = await startStatsd(protocol);
      const { collector } = await collectorFor(server, { protocol });
      record(collector);
      await collector.shutdown();
      await expectEqual(server, collector);
    });

    it('the server has the increase of histograms and summaries of prom-client', async () => {
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

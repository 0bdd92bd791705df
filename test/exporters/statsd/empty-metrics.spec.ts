import { Histogram, Registry, Summary } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { PrometheusCollector } from '../../../src/collector/prometheus-collector.js';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import { makeCollector } from '../../support/collector.js';
import { receiveStream, receiveUdp } from './receivers.js';

/** Metrics that are registered and have no series. */
const EMPTY: Record<string, (collector: PrometheusCollector) => void> = {
  'a histogram that was never used': (collector) =>
    void collector.histogram('sizes'),
  'a timer that was never used': (collector) =>
    void collector.timer('run_seconds'),
  'a histogram whose last series was removed': (collector) => {
    const sizes = collector.histogram('sizes');
    sizes.observe({ a: 'b' }, 1);
    sizes.remove({ a: 'b' });
  },
  'a histogram that refused its only observation': (collector) =>
    expect(() => collector.histogram('sizes').observe(NaN)).toThrow(),
  // Like the one of garbage collections before the first collection.
  'a histogram of prom-client with labels': ({ registry }) =>
    void new Histogram({
      name: 'theirs',
      help: 'x',
      labelNames: ['a'],
      registers: [registry],
    }),
  'a summary of prom-client with labels': ({ registry }) =>
    void new Summary({
      name: 'theirs',
      help: 'x',
      labelNames: ['a'],
      registers: [registry],
    }),
};

/** Exports metrics between two counters, and returns the lines of the counters. */
async function counterLines(
  options: StatsdOptions,
  lines: () => string[] | Promise<string[]>,
  make: (collector: PrometheusCollector) => void,
): Promise<string[]> {
  const registry = new Registry();
  const { collector } = makeCollector({ registry });
  await collector.addExporter(
    new StatsdExporter({ host: '127.0.0.1', interval: false, ...options }),
  );
  await collector.initialize();
  collector.counter('first_total').inc();
  make(collector);
  collector.counter('last_total').inc();
  await collector.flush();
  return (await lines()).filter((line) => /^(first|last)_total/.test(line));
}

const BOTH = ['first_total:1|c', 'last_total:1|c'];

describe.each(Object.entries(EMPTY))('%s', (_what, make) => {
  it('the other metrics are sent by UDP although one metric has no series', async () => {
    const { port, lines } = await receiveUdp();
    expect(await counterLines({ port }, lines, make)).toEqual(BOTH);
  });

  it('the other metrics are sent by TCP although one metric has no series', async () => {
    const { port, lines } = await receiveStream();
    const options = { protocol: 'tcp', port } as const;
    expect(await counterLines(options, lines, make)).toEqual(BOTH);
  });
});

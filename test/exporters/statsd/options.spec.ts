import { describe, expect, it } from 'vitest';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import { OptionsError } from '../../../src/core/errors.js';
import { MetricType } from '../../../src/model/metric-type.js';
import { MetricsModule } from '../../../src/nest/metrics.module.js';
import { makeCollector, samples } from '../../support/collector.js';
import { receiveUdp } from './receivers.js';
import { withLastLine } from '../../../src/core/message-links.js';

const TIME = 'a number of milliseconds from 1 to 2147483647';

const HOST =
  'the name of a host or an IP address, without brackets, "http://" and a port';

const make = (options: object) => new StatsdExporter(options as StatsdOptions);

describe('the options of StatsD', () => {
  it('a StatsdExporter needs no option', () => {
    expect(new StatsdExporter()).toMatchObject({
      name: 'statsd',
      interval: 10_000,
      timeout: 10_000,
      eventTypes: [MetricType.HISTOGRAM, MetricType.TIMER],
    });
  });

  it('an undefined option of StatsD keeps its default', () => {
    const options = {
      interval: undefined,
      timeout: undefined,
      path: undefined,
    };
    expect(make(options)).toMatchObject({ interval: 10_000, timeout: 10_000 });
  });

  it.each<[object, string]>([
    [
      { protocol: 'uds' },
      "statsd.protocol is 'uds'; expected 'udp' or 'tcp' or 'unix'",
    ],
    [{ host: '' }, `statsd.host is ''; expected ${HOST}`],
    [{ host: '[::1]' }, `statsd.host is '[::1]'; expected ${HOST}`],
    [{ host: 'a b' }, `statsd.host is 'a b'; expected ${HOST}`],
    [{ host: 'a..b' }, `statsd.host is 'a..b'; expected ${HOST}`],
    [{ host: 'agent:8125' }, `statsd.host is 'agent:8125'; expected ${HOST}`],
    [
      { host: 'http://agent:8125' },
      `statsd.host is 'http://agent:8125'; expected ${HOST}`,
    ],
    [
      { name: '1st' },
      `statsd.name is '1st'; expected a name of letters, digits, "_", "." and "-", with a letter first`,
    ],
    [
      { port: 70_000 },
      'statsd.port is 70000; expected an integer from 1 to 65535',
    ],
    [
      { port: '8125' },
      "statsd.port is '8125'; expected an integer from 1 to 65535",
    ],
    [
      { protocol: 'unix', path: '' },
      "statsd.path is ''; expected a text that is not empty",
    ],
    [
      { path: '/dsd.socket' },
      "statsd.path is set with the protocol 'udp'; expected a path with the protocols 'unix' and 'tcp' only, and without host and port",
    ],
    [
      { protocol: 'tcp', path: '/dsd.socket', host: 'a' },
      "statsd.path is set beside a host or a port; expected a path with the protocols 'unix' and 'tcp' only, and without host and port",
    ],
    [
      { protocol: 'tcp', path: '/dsd.socket', port: 1 },
      "statsd.path is set beside a host or a port; expected a path with the protocols 'unix' and 'tcp' only, and without host and port",
    ],
    [
      { protocol: 'unix', host: 'a' },
      "statsd.host or statsd.port is set with the protocol 'unix'; expected a path",
    ],
    [
      { prefix: 'a:b' },
      `statsd.prefix is 'a:b'; expected letters, digits, "_", "." and "-"`,
    ],
    [
      { tags: 'influx' },
      "statsd.tags is 'influx'; expected 'dogstatsd' or 'telegraf' or 'graphite'",
    ],
    [
      { distributions: 'yes' },
      "statsd.distributions is 'yes'; expected true or false",
    ],
    [
      { distributions: true, tags: 'graphite' },
      "statsd.distributions is true with the tags of graphite; expected it with those of 'dogstatsd' or 'telegraf' only",
    ],
    [
      { sampleRate: 0 },
      'statsd.sampleRate is 0; expected a number from 0.000001 to 1',
    ],
    [
      { sampleRate: 1e-7 },
      'statsd.sampleRate is 1e-7; expected a number from 0.000001 to 1',
    ],
    [
      { sampleRate: 1.5 },
      'statsd.sampleRate is 1.5; expected a number from 0.000001 to 1',
    ],
    [
      { sampleRate: NaN },
      'statsd.sampleRate is NaN; expected a number from 0.000001 to 1',
    ],
    [
      { maxQueueSize: 0 },
      'statsd.maxQueueSize is 0; expected an integer from 1 to 10000000',
    ],
    [
      { maxPacketSize: 32 },
      'statsd.maxPacketSize is 32; expected an integer from 64 to 65507 (bytes)',
    ],
    [{ interval: 0 }, `statsd.interval is 0; expected ${TIME}, or false`],
    [{ timeout: false }, `statsd.timeout is false; expected ${TIME}`],
    [
      { globalTags: {} },
      'statsd.globalTags is not an option; known here are: name, protocol, host, port, path, prefix, tags, distributions, sampleRate, maxQueueSize, maxPacketSize, interval, timeout',
    ],
  ])(
    'a wrong option of StatsD is refused with the reason: %j',
    (options, message) => {
      let error: unknown;
      try {
        make(options);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(OptionsError);
      expect((error as Error).message).toBe(
        withLastLine(message, 'invalid_option'),
      );
    },
  );

  it.each([
    'localhost',
    'datadog-agent.datadog.svc.cluster.local.',
    'stats_d',
    'bücher.example',
    '10.0.0.1',
    '::1',
    'fe80::1%eth0',
    '::ffff:127.0.0.1',
  ])('statsd.host may be %s', (host) => {
    expect(() => make({ host })).not.toThrow();
  });

  it('two StatsD exporters of a collector have two names', async () => {
    const { collector } = makeCollector();
    const [first, second] = [await receiveUdp(), await receiveUdp()];
    const at = { host: '127.0.0.1', interval: false } as const;
    await collector.addExporter(make({ ...at, port: first.port }));
    await collector.addExporter(
      make({ ...at, port: second.port, name: 'second' }),
    );
    await collector.initialize();
    collector.counter('runs_total').inc(3);
    await collector.flush();
    for (const { lines } of [first, second]) {
      expect(await lines()).toContain('runs_total:3|c');
    }
    expect(await samples(collector, 'metrics_exports_total')).toEqual(
      expect.arrayContaining([expect.stringMatching(/exporter="second"/)]),
    );
  });

  it('an error names the path of the wrong option of StatsD', () => {
    const options = { port: 0 };
    expect(() => new StatsdExporter(options, 'backends[1]')).toThrow(
      /^backends\[1\]\.port is 0/,
    );
  });
});

describe('the options of StatsD in those of the module', () => {
  it.each<[object, RegExp]>([
    [{ path: '/x' }, /^statsd\.path is set with the protocol 'udp'/],
    [{ protocol: 'unix', port: 1 }, /^statsd\.host or statsd\.port is set/],
    [
      { distributions: true, tags: 'graphite' },
      /^statsd\.distributions is true with the tags of graphite/,
    ],
    [{ host: '[::1]' }, /^statsd\.host is '\[::1\]'/],
  ])(
    'MetricsModule.forRoot() refuses wrong options of StatsD: %j',
    (statsd, message) => {
      expect(() => MetricsModule.forRoot({ statsd })).toThrow(message);
    },
  );

  it.each([true, false, undefined, {}])(
    'MetricsModule.forRoot() accepts %j as the option statsd',
    (statsd) => {
      expect(() => MetricsModule.forRoot({ statsd })).not.toThrow();
    },
  );
});

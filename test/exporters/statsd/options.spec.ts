import { describe, expect, it } from 'vitest';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import { OptionsError } from '../../../src/model/errors.js';
import { MetricType } from '../../../src/model/metric-type.js';

const TIME = 'a number of milliseconds from 1 to 2147483647';

const make = (options: object) => new StatsdExporter(options as StatsdOptions);

describe('the options of StatsD', () => {
  it('may be left out, all of them', () => {
    expect(new StatsdExporter()).toMatchObject({
      name: 'statsd',
      interval: 10_000,
      timeout: 10_000,
      eventTypes: [MetricType.HISTOGRAM, MetricType.TIMER],
    });
  });

  it('keep their defaults where they are undefined', () => {
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
    [{ host: '' }, "statsd.host is ''; expected a text that is not empty"],
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
      { sampleRate: 1.5 },
      'statsd.sampleRate is 1.5; expected a number from 0.000001 to 1',
    ],
    [
      { sampleRate: NaN },
      'statsd.sampleRate is NaN; expected a number from 0.000001 to 1',
    ],
    [
      { maxWaiting: 0 },
      'statsd.maxWaiting is 0; expected an integer from 1 to 10000000',
    ],
    [
      { maxPacketSize: 32 },
      'statsd.maxPacketSize is 32; expected an integer from 64 to 65507 (bytes)',
    ],
    [{ interval: 0 }, `statsd.interval is 0; expected ${TIME}, or false`],
    [{ timeout: false }, `statsd.timeout is false; expected ${TIME}`],
    [
      { globalTags: {} },
      'statsd.globalTags is not an option; known here are: protocol, host, port, path, prefix, tags, distributions, sampleRate, maxWaiting, maxPacketSize, interval, timeout',
    ],
  ])('are refused with the reason: %j', (options, message) => {
    let error: unknown;
    try {
      make(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OptionsError);
    expect((error as Error).message).toBe(message);
  });

  it('name the path that they stand at', () => {
    const options = { port: 0 };
    expect(() => new StatsdExporter(options, 'backends[1]')).toThrow(
      /^backends\[1\]\.port is 0/,
    );
  });
});

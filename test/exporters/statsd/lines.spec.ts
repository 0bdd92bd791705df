import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type {
  MetricSnapshot,
  MetricsSnapshot,
} from '../../../src/delivery/snapshot.js';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import { MetricEvent, MetricType, OptionsError } from '../../../src/index.js';
import { waitFor } from '../../support/http.js';
import { linesOf, tcpServer, udpServer } from './raw-servers.js';

const SIGNAL = new AbortController().signal;

function snapshot(...metrics: MetricSnapshot[]): MetricsSnapshot {
  return { time: 1, metrics };
}

function values(
  type: 'counter' | 'gauge',
  name: string,
  ...all: [Record<string, string>, number][]
): MetricSnapshot {
  return {
    type,
    name,
    help: '',
    unit: undefined,
    series: all.map(([labels, value]) => ({
      key: JSON.stringify(labels),
      labels,
      created: 0,
      value,
    })),
  };
}

const seconds = (value: number, labels = {}) =>
  new MetricEvent({
    name: 'run_seconds',
    type: MetricType.TIMER,
    value,
    labels,
  });

const sized = (value: number) =>
  new MetricEvent({ name: 'sizes', type: MetricType.HISTOGRAM, value });

/** What a server gets of one export. */
async function sent(
  options: StatsdOptions,
  given: MetricsSnapshot,
  events: MetricEvent[] = [],
): Promise<Buffer[]> {
  const { port, packets } = await udpServer();
  const exporter = new StatsdExporter({ host: '127.0.0.1', port, ...options });
  await exporter.start();
  exporter.receive(events);
  await exporter.export(given, SIGNAL);
  const end = new StatsdExporter({ host: '127.0.0.1', port, tags: 'graphite' });
  await end.start();
  await end.export(snapshot(values('gauge', 'end', [{}, 1])), SIGNAL);
  await waitFor(() => String(packets.at(-1)) === 'end:1|g', 'the last packet');
  return packets.slice(0, -1);
}

const lines = async (...given: Parameters<typeof sent>) =>
  linesOf(await sent(...given));

describe('lines of StatsD', () => {
  it('say growth of counters, gauges as they are, and each observation', async () => {
    const given = snapshot(
      values('counter', 'calls_total', [{ a: 'x' }, 3], [{ a: 'y' }, 0]),
      values('gauge', 'level', [{}, 1.5], [{ a: 'n' }, NaN], [{ a: 'm' }, -2]),
    );
    const events = [seconds(1.1, { a: 'x' }), sized(7)];
    expect(await lines({ prefix: 'shop' }, given, events)).toEqual([
      'shop.calls_total:3|c|#a:x',
      'shop.level:1.5|g',
      'shop.level:0|g|#a:m',
      'shop.level:-2|g|#a:m',
      'shop.run_milliseconds:1100|ms|#a:x',
      'shop.sizes:7|h',
    ]);
  });

  it.each([
    ['dogstatsd', 'calls.total:1|c|#a:x'],
    ['telegraf', 'calls.total,a=x:1|c'],
    ['graphite', 'calls.total;a=x:1|c'],
  ] as const)('have labels as %s wants them', async (tags, line) => {
    const given = snapshot(values('counter', 'calls:total', [{ a: 'x' }, 1]));
    expect(await lines({ tags }, given)).toEqual([line]);
  });

  it('send distributions where they are wanted', async () => {
    const events = [seconds(0.5), sized(7)];
    expect(await lines({ distributions: true }, snapshot(), events)).toEqual([
      'run_milliseconds:500|d',
      'sizes:7|d',
    ]);
  });

  it('say the sample rate of observations, and never sample counters', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.3);
    onTestFinished(() => random.mockRestore());
    const given = snapshot(values('counter', 'calls_total', [{}, 4]));
    expect(await lines({ sampleRate: 0.5 }, given, [sized(7)])).toEqual([
      'calls_total:4|c',
      'sizes:7|h|@0.5',
    ]);
    expect(await lines({ sampleRate: 0.25 }, given, [sized(7)])).toEqual([
      'calls_total:4|c',
    ]);
  });

  describe.each(['dogstatsd', 'telegraf', 'graphite'] as const)(
    'with the tags of %s',
    (tags) => {
      it('are whole and different whatever is in a label', async () => {
        const nasty =
          ', | : # @ = ; ~ _ \\ \n \r % %2C %7C ü 日本 |c\nevil:1|c x,b=1:2|c|#c:d'.split(
            ' ',
          );
        const given = values(
          'counter',
          'calls_total',
          ...nasty.map((one): [Record<string, string>, number] => [
            { a: `${one}v` },
            1,
          ]),
        );
        const found = await lines({ tags }, snapshot(given));
        expect(new Set(found).size).toBe(nasty.length);
        const whole = {
          dogstatsd: /^calls_total:1\|c\|#a:[^|,#@]+$/,
          telegraf: /^calls_total,a=[^|,:=\\]+:1\|c$/,
          graphite: /^calls_total;a=[^|,:=;~]+:1\|c$/,
        }[tags];
        for (const line of found) expect(line).toMatch(whole);
      });
    },
  );

  it('have no fields of Datadog for other servers, whatever the environment says', async () => {
    vi.stubEnv('DD_ENV', 'prod');
    vi.stubEnv('DD_EXTERNAL_ENV', 'it-false');
    onTestFinished(() => void vi.unstubAllEnvs());
    const given = snapshot(values('counter', 'calls_total', [{}, 1]));
    expect(await lines({ tags: 'graphite' }, given)).toEqual([
      'calls_total:1|c',
    ]);
    expect((await lines({}, given))[0]).toMatch(/\|#env:prod/);
  });
});

describe('packets of StatsD', () => {
  it.each([1_432, 200])('have %i bytes at most', async (maxPacketSize) => {
    const given = values(
      'counter',
      'calls_total',
      ...Array.from(
        { length: 500 },
        (_, i): [Record<string, string>, number] => [{ name: `ü${i}` }, 1],
      ),
    );
    const packets = await sent({ maxPacketSize }, snapshot(given));
    const sizes = packets.map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxPacketSize);
    expect(Math.max(...sizes)).toBeGreaterThan(maxPacketSize - 40);
    expect(new Set(linesOf(packets)).size).toBe(500);
  });

  it('have a line whole that is longer than they may be', async () => {
    const long = 'x'.repeat(500);
    const given = values(
      'counter',
      'calls_total',
      [{ a: 'a' }, 1],
      [{ a: long }, 1],
      [{ a: 'b' }, 1],
    );
    const packets = await sent({ maxPacketSize: 100 }, snapshot(given));
    expect(packets.map(String)).toEqual([
      'calls_total:1|c|#a:a',
      `calls_total:1|c|#a:${long}`,
      'calls_total:1|c|#a:b',
    ]);
  });
});

describe('an export to StatsD that fails', () => {
  const given = snapshot(values('counter', 'calls_total', [{}, 5]));

  it('over TCP is told again, with the observations, until a server has read to the end', async () => {
    let dies = true;
    const got: Buffer[] = [];
    const port = await tcpServer((socket) => {
      if (dies) return void socket.once('data', () => socket.resetAndDestroy());
      socket.on('data', (chunk) => void got.push(chunk));
    });
    const exporter = new StatsdExporter({
      protocol: 'tcp',
      host: '127.0.0.1',
      port,
    });
    await exporter.start();
    exporter.receive([sized(7)]);
    await expect(exporter.export(given, SIGNAL)).rejects.toThrow();
    dies = false;
    await exporter.export(given, SIGNAL);
    await exporter.export(given, SIGNAL);
    expect(linesOf(got)).toEqual(['calls_total:5|c', 'sizes:7|h']);
  });

  it('over TCP ends with its time when the server never closes its side', async () => {
    const port = await tcpServer((socket) => {
      socket.allowHalfOpen = true;
      socket.pause();
      onTestFinished(() => void socket.destroy());
    });
    const exporter = new StatsdExporter({
      protocol: 'tcp',
      host: '127.0.0.1',
      port,
    });
    await exporter.start();
    await expect(
      exporter.export(given, AbortSignal.timeout(100)),
    ).rejects.toThrow();
  });

  it('over UDP is one that does not find the server by its name', async () => {
    const exporter = new StatsdExporter({ host: 'nowhere.invalid' });
    await exporter.start();
    await expect(exporter.export(given, SIGNAL)).rejects.toThrow(
      /nowhere\.invalid/,
    );
  });
});

describe('observations that wait', () => {
  it('are bounded, and what is beyond is reported once', async () => {
    const { port, packets } = await udpServer();
    const exporter = new StatsdExporter({
      host: '127.0.0.1',
      port,
      maxWaiting: 2,
    });
    await exporter.start();
    exporter.receive([1, 2, 3, 4].map(sized));
    expect(await exporter.export(snapshot(), SIGNAL)).toEqual({
      dropped: 2,
      reason: expect.stringContaining('statsd.maxWaiting'),
    });
    exporter.receive([sized(5)]);
    expect(await exporter.export(snapshot(), SIGNAL)).toEqual({});
    await waitFor(() => linesOf(packets).length === 3, 'three lines');
    expect(linesOf(packets)).toEqual(['sizes:1|h', 'sizes:2|h', 'sizes:5|h']);
  });

  it('leave turns to the app while few of them are sent', async () => {
    const { port } = await udpServer();
    const exporter = new StatsdExporter({
      host: '127.0.0.1',
      port,
      sampleRate: 1e-6,
    });
    await exporter.start();
    exporter.receive(Array.from({ length: 50_000 }, (_, i) => sized(i)));
    let turns = 0;
    const probe = setInterval(() => turns++, 1);
    await exporter.export(snapshot(), SIGNAL);
    clearInterval(probe);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('options of StatsD that are wrong', () => {
  it.each([
    [{ sampleRate: 0 }, /statsd\.sampleRate is 0; expected/],
    [{ sampleRate: 1e-7 }, /statsd\.sampleRate is 1e-7; expected/],
    [{ port: 70_000 }, /statsd\.port is 70000; expected/],
    [{ protocol: 'uds' }, /statsd\.protocol is 'uds'; expected/],
    [{ prefix: 'a:b' }, /statsd\.prefix is 'a:b'; expected/],
    [{ hostname: 'x' }, /statsd\.hostname is not an option/],
  ])('are refused: %o', (options, message) => {
    const make = () => new StatsdExporter(options as StatsdOptions);
    expect(make).toThrow(OptionsError);
    expect(make).toThrow(message);
  });
});

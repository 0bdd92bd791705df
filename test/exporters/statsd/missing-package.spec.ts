import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCollector } from '../../support/collector.js';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import { OptionsError } from '../../../src/core/errors.js';

const missing = (name: string) => () => {
  throw new Error(`Cannot find package '${name}'`);
};

afterEach(() => {
  vi.doUnmock('hot-shots');
  vi.doUnmock('unix-dgram');
});

describe('a package that StatsD needs and that is not installed', () => {
  it('is named when the exporter starts', async () => {
    vi.doMock('hot-shots', missing('hot-shots'));
    const exporter = new StatsdExporter({}, 'exporters[0]');
    const error: unknown = await exporter.start().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OptionsError);
    expect((error as Error).message).toMatch(
      /^exporters\[0\] needs the package hot-shots, which cannot be loaded: .*; install it with `npm install hot-shots`$/s,
    );
  });

  it('keeps the collector from starting', async () => {
    vi.doMock('hot-shots', missing('hot-shots'));
    const { collector } = makeCollector();
    await collector.addExporter(new StatsdExporter());
    await expect(collector.initialize()).rejects.toThrow(
      'install it with `npm install hot-shots`',
    );
  });

  it('is named for Unix sockets, which others do without', async () => {
    vi.doMock('unix-dgram', missing('unix-dgram'));
    await new StatsdExporter().start();
    await expect(
      new StatsdExporter({ protocol: 'unix' }).start(),
    ).rejects.toThrow(
      /^statsd\.protocol 'unix' needs the package unix-dgram, .*`npm install unix-dgram`$/s,
    );
  });
});

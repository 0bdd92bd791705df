import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeCollector } from '../../support/collector.js';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import { OptionsError } from '../../../src/core/errors.js';

beforeEach(() => {
  for (const name of ['hot-shots', 'unix-dgram']) {
    vi.doMock(name, () => {
      throw new Error(`Cannot find package '${name}'`);
    });
  }
});

afterEach(() => {
  vi.doUnmock('hot-shots');
  vi.doUnmock('unix-dgram');
});

const UNIX = { protocol: 'unix' } as const;

describe('a package that is not installed', () => {
  it('a missing unix-dgram is named when an exporter to a Unix socket starts', async () => {
    const exporter = new StatsdExporter(UNIX, 'exporters[0]');
    const error: unknown = await exporter.start().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OptionsError);
    expect((error as Error).message).toMatch(
      /^exporters\[0\]\.protocol 'unix' needs the package unix-dgram, which cannot be loaded: .*; install it with `npm install unix-dgram`$/ms,
    );
  });

  it('a collector does not start without unix-dgram for a Unix socket', async () => {
    const { collector } = makeCollector();
    await collector.addExporter(new StatsdExporter(UNIX));
    await expect(collector.initialize()).rejects.toThrow(
      'install it with `npm install unix-dgram`',
    );
  });

  it('an exporter by UDP or TCP needs no package', async () => {
    await new StatsdExporter().start();
    await new StatsdExporter({ protocol: 'tcp' }).start();
    await expect(new StatsdExporter(UNIX).start()).rejects.toThrow(
      /^statsd\.protocol 'unix' needs the package unix-dgram, .*`npm install unix-dgram`$/ms,
    );
  });
});

import { Test } from '@nestjs/testing';
import { type FakeMethod, install } from '@sinonjs/fake-timers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';

let restore = () => {};

afterEach(() => restore());

/** What sinon and Jest fake, but for `nextTick` and `queueMicrotask`: the test runner itself needs those. */
const FAKED: FakeMethod[] = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'Date',
  'hrtime',
];

function fakeBySinon(): void {
  const clock = install({ toFake: FAKED });
  restore = () => clock.uninstall();
}

/** What the runners of tests put in the place of the timers. */
const FAKES: readonly [string, () => void][] = [
  ['the defaults of vitest', () => fakeByVitest()],
  ['the timers of sinon and Jest', () => fakeBySinon()],
];

function fakeByVitest(): void {
  vi.useFakeTimers();
  restore = () => void vi.useRealTimers();
}

class CountingExporter {
  readonly name = 'counting';
  readonly pages: number[] = [];

  async export(snapshot: { metrics: readonly unknown[] }): Promise<void> {
    this.pages.push(snapshot.metrics.length);
  }
}

describe.each(FAKES)('with %s in place', (_name, fake) => {
  test('metrics(), snapshot() and flush() resolve under fake timers, and the module closes', async () => {
    const exporter = new CountingExporter();
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot({ exporters: [exporter] })],
    }).compile();
    await module.init();
    const collector = module.get(PrometheusCollector);
    for (let i = 0; i < 3_000; i++) collector.counter('c').inc({ i });
    fake();
    collector.gauge('g', { collect: async () => 1 });
    expect(await collector.metrics()).toContain('tframex_g 1\n');
    expect((await collector.snapshot()).metrics.length).toBeGreaterThan(2);
    await collector.flush();
    expect(exporter.pages).toHaveLength(1);
    await module.close();
    expect(exporter.pages).toHaveLength(2);
  });

  test('a gauge whose callback never ends is given up under fake timers', async () => {
    const module = await Test.createTestingModule({
      imports: [
        MetricsModule.forRoot({ prometheus: { defaultMetrics: false } }),
      ],
    }).compile();
    await module.init();
    const collector = module.get(PrometheusCollector);
    collector.gauge('hangs', { collect: () => new Promise(() => {}) });
    collector.counter('c').inc();
    fake();
    const { unread } = await collector.snapshot();
    expect(unread).toEqual(['tframex_hangs']);
    await module.close();
  });
});

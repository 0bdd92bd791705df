import * as prometheus from 'prom-client';
import { describe, expect, test } from 'vitest';
import { metricsOf, NotRefreshedError } from '../../src/testing/index.js';
import { makeCollector } from '../support/collector.js';

function made() {
  const { collector } = makeCollector();
  return { collector, metrics: metricsOf(collector) };
}

describe('refresh()', () => {
  test('what can only be read asynchronously asks for refresh(), and then reads as of then', async () => {
    const { collector, metrics } = made();
    let length = 2;
    collector.gauge('length', { collect: () => length });
    const theirs = new prometheus.Counter({
      name: 'theirs_total',
      help: 'theirs',
      registers: [collector.registry],
    });
    theirs.inc(4);
    for (const name of ['length', 'theirs_total']) {
      expect(() => metrics.value(name)).toThrow(NotRefreshedError);
      expect(() => metrics.value(name)).toThrow(
        'is read asynchronously; call "await metrics.refresh()" first',
      );
    }
    await metrics.refresh();
    length = 3;
    theirs.inc();
    expect(metrics.value('length')).toBe(2);
    expect(metrics.value('theirs_total')).toBe(4);
    await metrics.refresh();
    expect(metrics.value('length')).toBe(3);
    expect(metrics.value('theirs_total')).toBe(5);
  });

  test('a gauge whose callback fails says so instead of showing an old value', async () => {
    const { collector, metrics } = made();
    let fails = false;
    collector.gauge('length', {
      collect: () => {
        if (fails) throw new Error('no queue');
        return 1;
      },
    });
    await metrics.refresh();
    expect(metrics.value('length')).toBe(1);
    fails = true;
    await metrics.refresh();
    expect(() => metrics.value('length')).toThrow(NotRefreshedError);
    expect(() => metrics.value('length')).toThrow('its callback has failed');
  });

  test.each([
    ['before', true],
    ['after', false],
  ])(
    'what could not be read %s the work has no changes, and says so',
    async (_when, failsBefore) => {
      const { collector, metrics } = made();
      let fails = failsBefore;
      const failing = () => {
        if (fails) throw new Error('no queue');
      };
      collector.gauge('length', {
        collect: () => {
          failing();
          return 5;
        },
      });
      const theirs = new prometheus.Counter({
        name: 'theirs_total',
        help: 'theirs',
        registers: [collector.registry],
        collect: failing,
      });
      theirs.inc(4);
      const changes = await metrics.changes(() => {
        fails = !fails;
      });
      const changed = changes.all.map(({ name }) => name);
      for (const name of ['length', 'theirs_total']) {
        expect(changed).not.toContain(name);
        expect(() => changes.value(name)).toThrow(NotRefreshedError);
      }
    },
  );
});

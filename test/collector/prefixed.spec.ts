import { describe, expect, test } from 'vitest';
import { MetricConflictError } from '../../src/index.js';
import { makeCollector } from '../support/collector.js';

const make = () =>
  makeCollector({ namespace: 'tframex', subsystem: 'api' }).collector;

describe('an instrument that is not prefixed', () => {
  test('an instrument without prefix has the name that was given, whatever its type', async () => {
    const collector = make();
    const prefixed = false;
    collector.counter('a_total', { prefixed }).inc();
    collector.gauge('b', { prefixed }).set(2);
    collector.histogram('c', { prefixed, buckets: [1] }).observe(1);
    collector.timer('d_seconds', { prefixed, buckets: [1] }).observe(2);
    const names = (await collector.metrics()).match(/(?<=^# TYPE )\S+ \S+/gm);
    expect(names).toEqual([
      'a_total counter',
      'b gauge',
      'c histogram',
      'd_seconds histogram',
    ]);
  });

  test('an instrument without prefix differs from the one of that name with a prefix', async () => {
    const collector = make();
    for (let i = 0; i < 2; i++) {
      collector.counter('runs_total').inc();
      collector.counter('runs_total', { prefixed: false }).inc(5);
      collector.counter('runs_total', { prefixed: true }).inc();
    }
    expect(collector.getMetricCount()).toBe(2);
    const page = await collector.metrics();
    expect(page).toContain('\ntframex_api_runs_total 4\n');
    expect(page).toContain('\nruns_total 10\n');
  });

  test('an instrument without prefix may differ in type from the one with a prefix', () => {
    const collector = make();
    collector.counter('runs');
    const gauge = collector.gauge('runs', { prefixed: false });
    expect(collector.gauge('runs', { prefixed: false })).toBe(gauge);
    expect(() => collector.counter('runs', { prefixed: false })).toThrow(
      MetricConflictError,
    );
  });

  test('an instrument without prefix is the prefixed one if the prefix is empty', () => {
    const { collector } = makeCollector();
    const counter = collector.counter('runs_total');
    expect(collector.counter('runs_total', { prefixed: false })).toBe(counter);
  });
});

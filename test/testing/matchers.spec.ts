import { describe, expect, test } from 'vitest';
import { OptionsError } from '../../src/index.js';
import {
  metricsMatchers,
  metricsOf,
  UnknownMetricError,
} from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { makeCollector } from '../support/collector.js';

function made() {
  const { collector } = makeCollector();
  return { collector, metrics: metricsOf(collector) };
}

/** The message of an assertion that fails. */
function failureOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The assertion has not failed');
}

describe('toHaveMetric()', () => {
  test('toHaveMetric() holds for series, values and sums', () => {
    const { collector, metrics } = made();
    const calls = collector.counter('calls_total');
    calls.inc({ kind: 'a' }, 2);
    calls.inc({ kind: 'b' }, 3);
    collector.timer('took_seconds').observe(0.1);
    expect(metrics).toHaveMetric('calls_total');
    expect(metrics).toHaveMetric('calls_total', { kind: 'a' });
    expect(metrics).toHaveMetric('calls_total', { kind: 'a' }, 2);
    expect(metrics).toHaveMetric('calls_total', {}, 5);
    expect(metrics).toHaveMetric('calls_total', 5);
    expect(metrics).toHaveMetric('took_seconds', 1);
    expect(metrics).not.toHaveMetric('calls_total', { kind: 'c' });
    expect(metrics).not.toHaveMetric('calls_total', { kind: 'a' }, 3);
    expect(metrics).not.toHaveMetric('others_total');
  });

  test('a failure of toHaveMetric() shows the series that there are', () => {
    const { collector, metrics } = made();
    const calls = collector.counter('calls_total');
    calls.inc({ kind: 'a' }, 2);
    calls.inc();
    expect(
      failureOf(() =>
        expect(metrics).toHaveMetric('calls_total', { kind: 'a' }, 3),
      ),
    ).toBe(
      [
        'Expected calls_total{kind="a"} to be 3, and it is 2.',
        'calls_total (counter) has:',
        '  {kind="a"} 2',
        '  (no labels) 1',
      ].join('\n'),
    );
    expect(
      failureOf(() => expect(metrics).not.toHaveMetric('calls_total', 3)),
    ).toContain('Expected calls_total to not be 3, and it is 3.');
    metrics.reset();
    expect(
      failureOf(() => expect(metrics).toHaveMetric('calls_total', { a: 1 })),
    ).toBe(
      'Expected calls_total{a="1"} to have a series.\ncalls_total (counter) has:\n  (no labels) 0',
    );
  });

  test('a failure of toHaveMetric() shows twenty series at most', () => {
    const { collector, metrics } = made();
    for (let i = 0; i < 50; i++) collector.counter('calls_total').inc({ i });
    const message = failureOf(() =>
      expect(metrics).toHaveMetric('calls_total', 1),
    );
    expect(message.split('\n')).toHaveLength(23);
    expect(message).toContain('and 30 more');
  });

  test('toHaveMetric() fails for a name that does not exist, and so does its negation with labels', () => {
    const { collector, metrics } = made();
    collector.counter('calls_total').inc();
    expect(
      failureOf(() => expect(metrics).toHaveMetric('call_total')),
    ).toContain(
      'No metric is named "call_total"; the nearest is "calls_total"',
    );
    expect(() =>
      expect(metrics).not.toHaveMetric('call_total', { kind: 'a' }),
    ).toThrow(UnknownMetricError);
  });
});

describe('toHaveIncremented()', () => {
  test('toHaveIncremented() holds for what the work has added', async () => {
    const { collector, metrics } = made();
    const calls = collector.counter('calls_total');
    const took = collector.timer('took_seconds');
    calls.inc({ kind: 'a' });
    const changes = await metrics.changes(() => {
      calls.inc({ kind: 'a' });
      calls.inc({ kind: 'b' }, 2);
      took.observe(1);
    });
    expect(changes).toHaveIncremented('calls_total', { kind: 'a' });
    expect(changes).toHaveIncremented('calls_total', { kind: 'b' }, 2);
    expect(changes).toHaveIncremented('calls_total', 3);
    expect(changes).toHaveIncremented('took_seconds');
    expect(changes).not.toHaveIncremented('calls_total', { kind: 'c' });
    expect(
      failureOf(() =>
        expect(changes).toHaveIncremented('calls_total', { kind: 'a' }, 2),
      ),
    ).toBe(
      [
        'Expected calls_total{kind="a"} to be incremented by 2, and it was by 1.',
        'calls_total (counter) has changed in:',
        '  {kind="a"} 1',
        '  {kind="b"} 2',
      ].join('\n'),
    );
  });

  test('toHaveIncremented() and its negation fail for a name that does not exist', async () => {
    const { metrics } = made();
    const changes = await metrics.changes(() => {});
    for (const assertion of [expect(changes), expect(changes).not]) {
      expect(() => assertion.toHaveIncremented('calls_total')).toThrow(
        UnknownMetricError,
      );
    }
  });

  test('matchers refuse values that are no metrics, and promises that are not awaited', () => {
    const { metrics } = made();
    expect(() => expect(1).toHaveMetric('a')).toThrow(
      'expect() of toHaveMetric() was given 1; expected metricsOf(app)',
    );
    expect(() => expect(metrics).toHaveIncremented('a')).toThrow(OptionsError);
    const changes = metrics.changes(() => {});
    expect(() => expect(changes).toHaveIncremented('a')).toThrow(
      'which must be awaited',
    );
  });
});

test('the matchers need nothing of a test runner', () => {
  const { collector, metrics } = made();
  collector.counter('calls_total').inc();
  const { pass, message } = metricsMatchers.toHaveMetric(
    metrics,
    'calls_total',
    2,
  );
  expect(pass).toBe(false);
  expect(message()).toContain('Expected calls_total to be 2, and it is 1.');
});

import { describe, expect, test } from 'vitest';
import { canonicalLabels, MAX_LABEL_VALUE } from '../../src/model/labels.js';
import { shortened } from '../../src/core/shortened.js';
import { makeCollector, samples } from '../support/collector.js';
import { heapKeptBy } from '../support/heap.js';

const valueOf = (value: string) =>
  canonicalLabels({ a: value }, 'm').values[0]!;

describe('a label value', () => {
  test('a label value is not changed up to the limit', () => {
    const longest = 'x'.repeat(MAX_LABEL_VALUE);
    expect(valueOf(longest)).toBe(longest);
  });

  test('a label value beyond the limit is cut, and ends in an ellipsis', () => {
    const cut = valueOf('x'.repeat(MAX_LABEL_VALUE + 1));
    expect(cut).toBe(`${'x'.repeat(MAX_LABEL_VALUE - 1)}…`);
    expect(cut).toHaveLength(MAX_LABEL_VALUE);
  });

  test.each([0, 1, 2, 3])(
    'a label value is cut between characters and not within, %i before the limit',
    (shift) => {
      const cut = valueOf('x'.repeat(shift) + '😀'.repeat(MAX_LABEL_VALUE));
      expect(cut.isWellFormed()).toBe(true);
      expect(cut).not.toContain('\ufffd');
      expect(cut.endsWith('😀…')).toBe(true);
      expect(cut.length).toBeGreaterThanOrEqual(MAX_LABEL_VALUE - 1);
    },
  );

  test('a label value that is cut has no lone surrogates', () => {
    expect(shortened('x\ud800yzz', 4)).toBe('x\ufffdy…');
  });

  test('a label value that is cut finds the same series each time, in any order and among others', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 3 });
    const counter = collector.counter('prompts_total');
    const long = (start: string) => `${start}${'x'.repeat(5_000)}`;
    const kept = counter.labels({ prompt: long('a'), other: 1 });
    kept.inc();
    counter.inc({ prompt: long('a'), other: 1 });
    counter.inc({ other: '1', prompt: long('a') });
    counter.inc({ prompt: `${long('a')}and more`, other: 1 });
    counter.inc({ prompt: long('b') });
    counter.inc({ other: 1 });
    // From here on the metric is full.
    counter.inc({ prompt: long('b') });
    counter.inc({ prompt: long('b') });
    counter.inc({ prompt: long('c') });
    counter.inc({ prompt: long('c') });
    const cut = (start: string) => `${long(start).slice(0, 1_023)}…`;
    expect(await samples(collector, 'prompts_total')).toEqual([
      `prompts_total{other="1",prompt="${cut('a')}"} 4`,
      `prompts_total{prompt="${cut('b')}"} 3`,
      'prompts_total{other="1"} 1',
      'prompts_total{otel_metric_overflow="true"} 2',
    ]);
    expect(counter.remove({ prompt: long('b') })).toBe(true);
    counter.inc({ prompt: long('b') });
    expect(await samples(collector, 'prompts_total')).toContain(
      `prompts_total{prompt="${cut('b')}"} 1`,
    );
  });

  test('a label value of a megabyte does not stay in memory', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('prompts_total');
    const seconds = collector.timer('prompt_seconds');
    const kept = await heapKeptBy((round) => {
      for (let i = 0; i < 50; i++) {
        // By way of bytes, so that each is a text of its own and not put together of others.
        const text = Buffer.alloc(1_000_000, `${round}.${i} `);
        const prompt = text.toString('latin1');
        counter.inc({ agent: 'a', prompt });
        counter.inc({ prompt, agent: 'a' });
        seconds.observe({ prompt }, 1);
      }
    });
    expect(kept).toBeLessThan(5_000_000);
  });
});

test('a help text is cut as label values are', async () => {
  const { collector } = makeCollector();
  collector.counter('c', { description: 'x'.repeat(1_000_000) }).inc();
  collector.record({
    name: 'd',
    type: 'gauge' as never,
    value: 1,
    description: 'x'.repeat(1_024),
  });
  const page = await collector.metrics();
  expect(page).toContain(`# HELP c ${'x'.repeat(1_023)}…\n`);
  expect(page).toContain(`# HELP d ${'x'.repeat(1_024)}\n`);
});

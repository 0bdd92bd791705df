import { describe, expect, test } from 'vitest';
import { breakRegistry, makeCollector } from '../support/collector.js';

/** What would be lines, labels or markup of its own, were it written as it is. */
const HOSTILE = [
  'a\ninjected_total 1',
  'a\r\ninjected_total 1',
  'a\rinjected_total 1',
  '"} 1\ninjected_total{a="b',
  '\\"} 1\ninjected_total{a="b',
  '\\\n"',
  '\\',
  '\\\\',
  '\\n',
  '# HELP injected_total x',
  '\n# EOF\n',
  '</script><script>alert(1)</script>',
  '\0',
  '\u2028injected_total 1',
  '\u2029injected_total 1',
  '\u0085injected_total 1',
];

/** The text of an escaped one, by the rules of the format and nothing of ours. */
const unescaped = (text: string) =>
  text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));

async function serving() {
  const { collector } = makeCollector();
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  return { collector, endpoint };
}

describe.each(HOSTILE)('the text %j', (text) => {
  test('a hostile text is one label value, on its own line', async () => {
    const { collector } = makeCollector();
    collector.counter('c', { description: 'C' }).inc({ text, z: 1 });
    collector.histogram('h', { buckets: [1] }).observe({ text }, 0.5);
    const lines = (await collector.metrics()).split('\n');
    expect(lines).toHaveLength(2 + 1 + 2 + 4 + 1);
    expect(lines.filter((line) => line.startsWith('injected'))).toEqual([]);
    const sample = /^c\{text="((?:[^"\\]|\\.)*)",z="1"\} 1$/s.exec(lines[2]!);
    expect(unescaped(sample![1]!)).toBe(text);
  });

  test('a hostile text is one help text, on its own line', async () => {
    const { collector } = makeCollector();
    collector.counter('c', { description: text }).inc();
    const lines = (await collector.metrics()).split('\n');
    expect(lines).toHaveLength(4);
    expect(unescaped(lines[0]!)).toBe(`# HELP c ${text}`);
  });
});

test('no answer can be taken for markup', async () => {
  const { collector, endpoint } = await serving();
  const registry = collector.registry;
  const answers = [
    await fetch(endpoint),
    await fetch(endpoint, { method: 'HEAD' }),
    await fetch(endpoint, { method: 'POST' }),
    await fetch(new URL('/health', endpoint)),
    await fetch(new URL('/health/live', endpoint)),
    await fetch(new URL('/<script>', endpoint)),
  ];
  breakRegistry(registry, new Error('<script>'));
  answers.push(await fetch(endpoint));
  expect(answers.map(({ status }) => status)).toEqual([
    200, 200, 405, 200, 200, 404, 500,
  ]);
  for (const answer of answers) {
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-type')).toMatch(
      /^(text\/plain|application\/json|application\/openmetrics-text);/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).not.toContain('<script>');
  }
});

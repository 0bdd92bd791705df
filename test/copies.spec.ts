import { Registry } from 'prom-client';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { samplesOf } from './support/collector.js';
import { usedHeap } from './support/heap.js';

type Copy = typeof import('../src/index.js');

/** Another copy of the package, as a module registry makes one that has been reset. */
async function anotherCopy(): Promise<Copy> {
  vi.resetModules();
  return import('../src/index.js');
}

afterEach(() => vi.resetModules());

describe('collectors of two copies', () => {
  async function startCollector(registry: Registry, subsystem: string) {
    const { PrometheusCollector } = await anotherCopy();
    const collector = new PrometheusCollector({
      namespace: '',
      subsystem,
      port: 0,
      host: '127.0.0.1',
      registry,
      defaultMetrics: true,
    });
    await collector.initialize();
    onTestFinished(() => collector.shutdown());
    collector.counter('hits_total').inc({ key: 'x' }, 2);
    collector.gauge('size', { collect: (gauge) => gauge.set({}, 7) });
    const histogram = collector.histogram('bytes', { buckets: [1, 10] });
    for (const value of [0.5, 5, 50]) histogram.observe({ key: 'x' }, value);
    return collector;
  }

  test('collectors of two copies on one registry share one page until the last shuts down', async () => {
    const registry = new Registry();
    const first = await startCollector(registry, 'first');
    const second = await startCollector(registry, 'second');
    for (const collector of [first, second]) {
      const page = await collector.metrics();
      for (const name of ['first', 'second']) {
        expect(samplesOf(page, `${name}_(hits_total|size|bytes)`)).toEqual([
          `${name}_hits_total{key="x"} 2`,
          `${name}_size 7`,
          `${name}_bytes_bucket{key="x",le="1"} 1`,
          `${name}_bytes_bucket{key="x",le="10"} 2`,
          `${name}_bytes_bucket{key="x",le="+Inf"} 3`,
          `${name}_bytes_sum{key="x"} 55.5`,
          `${name}_bytes_count{key="x"} 3`,
        ]);
      }
    }
    await first.shutdown();
    const left = await second.metrics();
    expect(left).not.toContain('first_');
    expect(samplesOf(left, 'process_cpu_user_seconds_total')).toHaveLength(1);
    await second.shutdown();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  test('collectors of two copies do not start one exporter twice', async () => {
    const exporter = { name: 'one', export: async () => {} };
    const first = await startCollector(new Registry(), 'first');
    const second = await startCollector(new Registry(), 'second');
    await first.addExporter(exporter);
    await expect(second.addExporter(exporter)).rejects.toThrow(
      'belongs to another collector',
    );
  });

  test('collectors of two copies do not retry what an exporter of another copy calls final', async () => {
    const { ExportError } = await anotherCopy();
    let tries = 0;
    const collector = await startCollector(new Registry(), 'first');
    await collector.addExporter({
      name: 'final',
      export: async () => {
        tries++;
        throw new ExportError('refused', { retryable: false });
      },
    });
    await expect(collector.flush()).rejects.toThrow('refused');
    expect(tries).toBe(1);
  });
});

/** In a task of its own: a reference that was followed is kept until the task ends. */
async function collectGarbage(): Promise<void> {
  vi.resetModules();
  await new Promise((resolve) => setTimeout(resolve));
  usedHeap();
}

test('the record of copies stays small when a module registry is reset again and again', async () => {
  const record = (globalThis as Record<symbol, any>)[
    Symbol.for('nestjs-agent-metrics:copies')
  ];
  const known = () => [...(record?.copies ?? [])].length;
  let largest = 0;
  for (let i = 0; i < 40; i++) {
    await anotherCopy();
    if (i % 10 === 9) await collectGarbage();
    largest = Math.max(largest, known());
  }
  expect(largest).toBeLessThan(25);
});

test('a client of OpenAI that two copies observe is counted once', async () => {
  const { AgentMetrics, PrometheusCollector } = await anotherCopy();
  const collector = new PrometheusCollector({ namespace: '' });
  const agents = new AgentMetrics(collector);
  const answer = { model: 'm', usage: { prompt_tokens: 3 } };
  const client = { chat: { completions: { create: async () => answer } } };
  for (let i = 0; i < 2; i++) {
    vi.resetModules();
    const { observeOpenAI } =
      await import('../src/integrations/openai/index.js');
    observeOpenAI(client, agents);
  }
  await client.chat.completions.create();
  const page = await collector.metrics();
  const [count] = samplesOf(
    page,
    'gen_ai_client_inference_duration_seconds',
  ).filter((line) => line.includes('_count'));
  expect(count).toMatch(/ 1$/);
});

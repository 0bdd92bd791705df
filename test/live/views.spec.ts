import { Registry, Summary } from 'prom-client';
import { expect, test } from 'vitest';
import { bodyOf, SampledCollector } from './support.js';

/** The labels and values of the series of a metric, in their order. */
async function valuesOf(sampled: SampledCollector, name: string) {
  const { metric } = await bodyOf('metric', sampled, { name });
  return metric!.list.map(({ labels, value }) => [labels, value]);
}

test('durations of a model in buckets with other bounds are not added up, even if they are as many', async () => {
  const sampled = new SampledCollector();
  const { collector } = sampled;
  const operations: [name: string, buckets: number[]][] = [
    ['gen_ai_client_inference_duration_seconds', [1, 2, 4]],
    ['gen_ai_client_embeddings_duration_seconds', [10, 20, 40]],
  ];
  const [inferences, embeddings] = operations.map(([name, buckets]) =>
    collector.histogram(name, { buckets, prefixed: false }),
  );
  const labels = { gen_ai_request_model: 'm', gen_ai_provider_name: 'p' };
  await sampled.sample();
  for (let i = 0; i < 10; i++) inferences!.observe(labels, 0.5);
  for (let i = 0; i < 90; i++) embeddings!.observe(labels, 15);
  await sampled.sample();
  const { models } = await bodyOf('models', sampled);
  expect(models).toMatchObject([{ name: 'm', provider: 'p', calls: 100 }]);
  expect(models[0]!.duration.p99).toBeCloseTo(0.99);
});

test('the value of a series of a summary is its count, and the largest come first', async () => {
  const registry = new Registry();
  const summary = new Summary({
    name: 'sizes',
    help: 'Sizes.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const sampled = new SampledCollector({ registry });
  for (const kind of ['one', 'three', 'two', 'three', 'two', 'three']) {
    summary.observe({ kind }, 0.5);
  }
  await sampled.sample();
  expect(await valuesOf(sampled, 'sizes')).toEqual([
    [{ kind: 'three' }, 3],
    [{ kind: 'two' }, 2],
    [{ kind: 'one' }, 1],
  ]);
});

test('series are in the order of their values, gauges without a number last', async () => {
  const sampled = new SampledCollector();
  const gauge = sampled.collector.gauge('load');
  const values = [1, NaN, 5, -Infinity, 2, NaN, Infinity, 4];
  for (const [at, value] of values.entries()) gauge.set({ at }, value);
  await sampled.sample();
  const sorted = await valuesOf(sampled, 'load');
  expect(sorted.map(([, value]) => value)).toEqual([
    Infinity,
    5,
    4,
    2,
    1,
    -Infinity,
    NaN,
    NaN,
  ]);
});

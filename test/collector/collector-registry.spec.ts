import { AggregatorRegistry, Gauge, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';

/** A collector that joins no registry, with some of all there may be in its own. */
function filled() {
  const made = makeCollector({ createdSamples: false });
  const { collector } = made;
  const { registry } = collector;
  collector.counter('runs_total', { description: 'Runs' }).inc({ a: 'ü"\n' });
  collector.histogram('took', { buckets: [1] }).observe({ a: 'x' }, 2);
  collector.gauge('runs').set(3);
  new Gauge({ name: 'theirs', help: 'H', registers: [registry] }).set(4);
  return { ...made, registry };
}

const CONTENT_TYPES = [
  ['the text format', Registry.PROMETHEUS_CONTENT_TYPE],
  ['OpenMetrics', Registry.OPENMETRICS_CONTENT_TYPE],
] as const;

describe.each(CONTENT_TYPES)(
  "the collector's own registry, set to %s",
  (_name, contentType) => {
    test("the collector's own registry gives the page of scrapers, however often it is asked", async () => {
      const { collector, registry } = filled();
      registry.setContentType(contentType as never);
      const accept = registry.contentType;
      expect(accept).toBe(contentType);
      const page = await collector.metrics(accept);
      expect(page).toContain('{a="ü\\"\\n"} 1\n');
      expect(await registry.metrics()).toBe(page);
      expect(await registry.metrics()).toBe(page);
    });

    test("the collector's own registry gives a single metric as it is on the page", async () => {
      const { registry } = filled();
      registry.setContentType(contentType as never);
      const page = await registry.metrics();
      const all: string[] = [];
      for (const name of ['runs_total', 'took', 'runs', 'theirs']) {
        all.push(await registry.getSingleMetricAsString(name));
      }
      const isOpenMetrics = contentType === Registry.OPENMETRICS_CONTENT_TYPE;
      const end = isOpenMetrics ? '# EOF\n' : '';
      expect(`${all.join('\n')}\n${end}`).toBe(page);
      await expect(registry.getSingleMetricAsString('none')).rejects.toThrow();
    });
  },
);

describe("the collector's own registry", () => {
  test("the collector's own registry gives the same values as JSON and to the registries of prom-client", async () => {
    const { registry } = filled();
    const json = await registry.getMetricsAsJSON();
    expect(json.map(({ name }) => name)).toEqual(
      registry.getMetricsAsArray().map(({ name }) => name),
    );
    expect(json[1]).toMatchObject({ name: 'took', aggregator: 'sum' });
    const merged = Registry.merge([registry, new Registry()]);
    expect(await merged.metrics()).toContain('took_sum{a="x"} 2\n');
    const aggregated = AggregatorRegistry.aggregate([json, json]);
    expect(await aggregated.metrics()).toContain('took_sum{a="x"} 4\n');
  });

  test("the collector's own registry gives long pages of any characters as they are", async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 50_000 });
    for (const suffix of ['', '…😀']) {
      collector.clearMetrics();
      const counter = collector.counter('c');
      for (let i = 0; i < 20_000; i++) {
        counter.inc({ a: `${i}${suffix}`.padStart(60, 'x') });
      }
      const page = await collector.registry.metrics();
      expect(page.length).toBeGreaterThan(1_100_000);
      const lines = page.split('\n').slice(2, -1);
      expect(lines).toHaveLength(20_000);
      lines.forEach((line, i) =>
        expect(line).toBe(`c{a="${`${i}${suffix}`.padStart(60, 'x')}"} 1`),
      );
    }
  });
});

describe("a user's own registry", () => {
  test("a user's own registry gets the same objects page after page, so that prom-client keeps their text", async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    collector.counter('c').inc({ a: 1 });
    collector.counter('c').inc({ a: 2 });
    collector.histogram('h', { buckets: [1] }).observe({ a: 1 }, 1);
    const shared = async (name: string) => {
      const metric = registry.getSingleMetric(name) as unknown as {
        getForPromString(): Promise<{ values: { sharedLabels: object }[] }>;
      };
      const { values } = await metric.getForPromString();
      return new Set(values.map(({ sharedLabels }) => sharedLabels));
    };
    for (const name of ['c', 'h']) {
      const first = await shared(name);
      expect(first.size).toBe(1);
      expect([...(await shared(name))][0]).toBe([...first][0]);
    }
  });

  test("a user's own registry may change what it is given as JSON", async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    collector.counter('c').inc({ a: 1 });
    collector.histogram('h', { buckets: [1] }).observe({ a: 1 }, 1);
    const before = await collector.metrics(OPEN_METRICS);
    const json = await registry.getMetricsAsJSON();
    for (const { values } of json) {
      for (const value of values) {
        Object.assign(value, { value: 9 });
        Object.assign(value.labels, { a: 'changed', le: 'changed' });
      }
    }
    expect(await collector.metrics(OPEN_METRICS)).toBe(before);
    expect(await registry.metrics()).not.toContain('changed');
  });
});

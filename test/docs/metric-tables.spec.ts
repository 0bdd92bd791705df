import { readdirSync } from 'node:fs';
import prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import type { MetricDescriptors } from '../../src/model/metric-descriptor.js';
import { read, ROOT } from './markdown.js';
import { withMetrics } from './metric-page.js';
import { GROUPS } from './metric-tables.js';

const PAGE = 'docs/reference/metrics.md';

/** What Prometheus records itself. */
const OTHERS = 'cli/monitoring/prometheus.descriptors.ts';

const SOURCES = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.descriptors.ts'))
  .filter((file) => file !== OTHERS);

const documented = Object.values(GROUPS)
  .flat()
  .map(({ metric }) => metric.name);

async function namesIn(file: string): Promise<string[]> {
  const module: Record<string, MetricDescriptors> = await import(
    `${ROOT}src/${file}`
  );
  return Object.values(module).flatMap((descriptors) =>
    Object.values(descriptors).map(({ name }) => name),
  );
}

describe('the page of metrics', () => {
  /** `npx vitest run --project unit test/docs/metric-tables.spec.ts -u` writes the tables. */
  it('the page of metrics has the tables that the code gives', async () => {
    const filled = await prettier.format(withMetrics(read(PAGE)), {
      ...(await prettier.resolveConfig(ROOT + PAGE)),
      parser: 'markdown',
    });
    await expect(filled).toMatchFileSnapshot(ROOT + PAGE);
  });

  it('the page of metrics has a place for each group of metrics', () => {
    const places = [...read(PAGE).matchAll(/<!-- metrics: (\w+) -->/g)];
    expect(places.map(([, name]) => name).sort()).toEqual(
      Object.keys(GROUPS).sort(),
    );
  });

  it.each(SOURCES)(
    'the page of metrics has all metrics of %s',
    async (file) => {
      const names = await namesIn(file);
      expect(names).not.toEqual([]);
      expect(documented).toEqual(expect.arrayContaining(names));
    },
  );

  it('the page of metrics has no metric without a meaning', () => {
    for (const { metric } of Object.values(GROUPS).flat()) {
      expect(metric.description, metric.name).toMatch(/^\S.{8,}/);
    }
  });
});

import fc from 'fast-check';
import { Gauge as PromGauge, Summary as PromSummary } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { namesOf, ownersOf } from '../../src/registry/sample-names.js';
import { TEXT_FORMAT } from '../../src/exposition/formats/text.js';
import { PageRenderer } from '../../src/exposition/page-renderer.js';
import { Gatherer } from '../../src/registry/gatherer.js';
import { EventLoopYielder } from '../../src/core/event-loop-yielder.js';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';

/** Of which names are made that are hard to tell apart. */
const PART = fc.constantFrom(
  'a',
  '_total',
  '_created',
  '_sum',
  '_count',
  '_bucket',
  '_',
);

async function serving() {
  const made = makeCollector({ createdSamples: false });
  const { collector } = made;
  const collected: string[] = [];
  collector.counter('hits_total').inc(1);
  collector.counter('plain').inc(2);
  collector.histogram('took', { buckets: [1] }).observe(1);
  collector.gauge('ours', { collect: () => collected.push('ours') });
  new PromGauge({
    name: 'theirs',
    help: 'T',
    registers: [collector.registry],
    collect: () => void collected.push('theirs'),
  });
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  const get = async (query: string, accept = '*/*') =>
    fetch(endpoint + query, { headers: { accept } });
  /** The metrics on the page. */
  const names = async (query: string, accept?: string) => {
    const page = await (await get(query, accept)).text();
    return [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  };
  return { ...made, collected, get, names };
}

describe('a page of some metrics', () => {
  test.each([
    ['?name[]=hits_total', ['hits_total']],
    ['?name[]=hits', ['hits_total']],
    ['?name[]=hits_created', ['hits_total']],
    ['?name[]=plain', ['plain']],
    ['?name[]=plain_total', ['plain']],
    ['?name[]=took', ['took']],
    ['?name[]=took_bucket', ['took']],
    ['?name[]=took_sum', ['took']],
    ['?name[]=took_count', ['took']],
    ['?name[]=ours&name[]=theirs', ['ours', 'theirs']],
    ['?name%5B%5D=theirs&other=1&name[]=plain', ['plain', 'theirs']],
    ['?name[]=ours_total', []],
    ['?name[]=hit', []],
    ['?name[]=', []],
    ['?name[]=%', []],
    ['?name[]=__proto__', []],
    ['?name=plain', ['hits_total', 'plain', 'took', 'ours', 'theirs']],
    ['?', ['hits_total', 'plain', 'took', 'ours', 'theirs']],
  ])('a page that is requested by %s has %j', async (query, expected) => {
    const { names } = await serving();
    expect(await names(query)).toEqual(expected);
    const inOpenMetrics = expected.map((name) => name.replace(/_total$/, ''));
    expect(await names(query, OPEN_METRICS)).toEqual(inOpenMetrics);
  });

  test('a page of some metrics collects no other metrics', async () => {
    const { collected, names } = await serving();
    await names('?name[]=plain');
    expect(collected).toEqual([]);
    await names('?name[]=theirs');
    expect(collected).toEqual(['theirs']);
  });

  test('a page of some metrics is valid when it has none', async () => {
    const { get } = await serving();
    const text = await get('?name[]=nothing');
    expect([text.status, await text.text()]).toEqual([200, '']);
    const openMetrics = await get('?name[]=nothing', OPEN_METRICS);
    expect(await openMetrics.text()).toBe('# EOF\n');
  });

  test('a page of some metrics is rendered once for simultaneous requests of the same names', async () => {
    const { collector, collected } = await serving();
    const gatherer = new Gatherer(collector.registry, collector);
    const yielder = new EventLoopYielder();
    const renderer = new PageRenderer(gatherer, yielder, () => {});
    const render = async (...names: string[]) => {
      const page = await renderer.acquire({ format: TEXT_FORMAT, names });
      const text = String(Buffer.concat(page.content.chunks));
      page.release();
      return text;
    };
    const pages = await Promise.all([
      render('theirs'),
      render('theirs'),
      render('plain'),
    ]);
    expect(collected).toEqual(['theirs']);
    expect(pages[0]).toBe(pages[1]);
    expect(pages[2]).not.toBe(pages[0]);
  });

  test('a page of some metrics follows metrics that are added, removed and replaced', async () => {
    const { collector, names } = await serving();
    const asked = '?name[]=later_total&name[]=theirs_count&name[]=plain';
    expect(await names(asked)).toEqual(['plain']);
    collector.counter('later_total').inc();
    const { registry } = collector;
    registry.removeSingleMetric('theirs');
    new PromSummary({ name: 'theirs', help: 'T', registers: [registry] });
    expect(await names(asked)).toEqual(['plain', 'later_total', 'theirs']);
    expect(await names(asked, OPEN_METRICS)).toEqual([
      'plain',
      'later',
      'theirs',
    ]);
    collector.clearMetrics();
    registry.removeSingleMetric('theirs');
    expect(await names(asked)).toEqual([]);
  });

  test('a page of some metrics reads no names of others, once the registry is indexed', async () => {
    const { collector, names } = await serving();
    let looks = 0;
    for (let i = 0; i < 1_000; i++) {
      const metric = new PromGauge({ name: `g${i}`, help: 'G', registers: [] });
      const { name } = metric as unknown as { name: string };
      Object.defineProperty(metric, 'name', { get: () => (looks++, name) });
      collector.registry.registerMetric(metric);
    }
    await names('?name[]=g7');
    looks = 0;
    const asked = Array.from({ length: 100 }, (_, i) => `name[]=x${i}`);
    expect(await names(`?${asked.join('&')}`)).toEqual([]);
    expect(looks).toBe(0);
  });

  test.each(['counter', 'gauge', 'histogram', 'summary', 'unknown'] as const)(
    'a page of some metrics has each %s that is requested by any of its names',
    (type) => {
      fc.assert(
        fc.property(fc.array(PART, { minLength: 1, maxLength: 4 }), (parts) => {
          const name = parts.join('');
          for (const sample of namesOf({ name, type })) {
            expect(ownersOf(sample)).toContain(name);
          }
        }),
      );
    },
  );

  test('a page cannot be requested by more than 100 names', async () => {
    const { get } = await serving();
    const query = (count: number) =>
      `?${Array.from({ length: count }, (_, i) => `name[]=n${i}`).join('&')}`;
    expect((await get(query(100))).status).toBe(200);
    const refused = await get(query(101));
    expect(refused.status).toBe(400);
    expect(await refused.text()).toBe('At most 100 names can be given\n');
  });
});

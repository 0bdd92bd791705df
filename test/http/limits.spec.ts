import type { IncomingMessage } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AccessPolicy } from '../../src/http/access/access-policy.js';
import type { CollectorContext } from '../../src/collector/collector-context.js';
import { EventLoopYielder } from '../../src/core/event-loop-yielder.js';
import { PageRenderer } from '../../src/exposition/page-renderer.js';
import { TEXT_FORMAT } from '../../src/exposition/formats/text.js';
import { timeToBegin } from '../../src/http/exchange.js';
import { OptionsError, PrometheusCollector } from '../../src/index.js';
import { Gatherer } from '../../src/registry/gatherer.js';
import { makeCollector, samples } from '../support/collector.js';
import { waitFor } from '../support/http.js';

describe('the time until an answer begins', () => {
  test.each([
    [undefined, 10_000],
    ['5', 4_500],
    ['5.000000', 4_500],
    ['1', 900],
    ['0.4', 350],
    ['0.2', 250],
    ['0.05', 250],
    ['0.0001', 250],
    ['15', 10_000],
    ['', 10_000],
    ['0', 10_000],
    ['-1', 10_000],
    ['NaN', 10_000],
    ['1e3', 10_000],
    ['five', 10_000],
    ['9'.repeat(310), 10_000],
  ])(
    'the answer to a scraper with a timeout of %j seconds begins within %d ms',
    (header, expected) => {
      const headers = { 'x-prometheus-scrape-timeout-seconds': header };
      const req = { headers } as unknown as IncomingMessage;
      expect(timeToBegin(req, 10_000)).toBe(expected);
    },
  );

  test('an answer begins within the option scrapeTimeout in any case', () => {
    const headers = { 'x-prometheus-scrape-timeout-seconds': '0.0001' };
    const req = { headers } as unknown as IncomingMessage;
    expect(timeToBegin(req, 30)).toBe(30);
  });
});

/** A collector with a gauge whose callback ends when the test opens it. */
async function slowCollector(options = {}, context: CollectorContext = {}) {
  const { collector, warnings } = makeCollector(options, context);
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  let open!: (value: number) => void;
  const opened = new Promise<number>((resolve) => (open = resolve));
  let reads = 0;
  collector.gauge('slow', { collect: () => (reads++, opened) });
  return { collector, warnings, endpoint, open, reads: () => reads };
}

describe('a scrape', () => {
  test('a scrape beyond maxScrapes gets a 503 at once, and the health is still answered', async () => {
    let letIn = 0;
    const access: AccessPolicy = { check: async () => void letIn++ };
    const { endpoint, open, collector } = await slowCollector(
      { maxScrapes: 3 },
      { access },
    );
    const running = [1, 2, 3].map(() => fetch(endpoint));
    await waitFor(() => letIn === 3, 'three scrapes');
    const refused = await fetch(endpoint);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.text()).toBe('Too many scrapes at once\n');
    const health = endpoint.replace('/metrics', '/health');
    expect((await fetch(health)).status).toBe(200);
    open(1);
    for (const answer of await Promise.all(running)) {
      expect(await answer.text()).toContain('slow 1\n');
    }
    expect((await fetch(endpoint)).status).toBe(200);
    expect(await samples(collector, 'metrics_refusals_total')).toEqual([
      'metrics_refusals_total{reason="limit",resource="metrics"} 1',
    ]);
  });

  test('a scrape that is not ready in time gets a 503 and counts as a refusal', async () => {
    const { endpoint, open, reads, warnings } = await slowCollector();
    const patient = fetch(endpoint);
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.1' };
    const hasty = await fetch(endpoint, { headers });
    expect(hasty.status).toBe(503);
    expect(hasty.headers.get('retry-after')).toBe('1');
    expect(await hasty.text()).toBe('Not ready in time\n');
    open(7);
    const page = await (await patient).text();
    expect(page).toContain('slow 7\n');
    expect(reads()).toBe(1);
    expect(warnings).toEqual([]);
    const later = await (await fetch(endpoint)).text();
    expect(later).toContain(
      'metrics_refusals_total{reason="deadline",resource="metrics"} 1\n',
    );
    expect(later).not.toContain('metrics_errors_total');
  });

  test('a scrape with a tiny timeout has a quarter of a second, and raises no error without credentials', async () => {
    const { collector, warnings } = makeCollector({
      access: { bearerToken: 's3cret' },
    });
    await collector.initialize();
    const { endpoint } = await collector.healthCheck();
    // What is done at the first request is not part of this.
    await fetch(endpoint);
    for (const seconds of ['0.0001', '0.000000001', '0.001']) {
      const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': seconds };
      expect((await fetch(endpoint, { headers })).status).toBe(401);
    }
    expect(await samples(collector, 'metrics_errors_total')).toEqual([]);
    expect(await samples(collector, 'metrics_refusals_total')).toEqual([
      'metrics_refusals_total{reason="no_credentials",resource="metrics"} 4',
    ]);
    expect(warnings).toEqual([]);
  });

  test('a scrape is counted as refused for its credentials also if its client has gone by then', async () => {
    let refuse!: () => void;
    const refused = new Promise<{ status: number; text: string }>((resolve) => {
      refuse = () => resolve({ status: 401, text: 'no' });
    });
    let asked = false;
    const collector = new PrometheusCollector(
      { port: 0, host: '127.0.0.1', namespace: '' },
      {
        access: { check: () => ((asked = true), refused) },
        logger: { warn: () => {} },
      },
    );
    onTestFinished(() => collector.shutdown());
    await collector.initialize();
    const { endpoint } = await collector.healthCheck();
    const aborter = new AbortController();
    const gone = fetch(endpoint, { signal: aborter.signal });
    await waitFor(() => asked, 'the check to begin');
    aborter.abort();
    await expect(gone).rejects.toThrow();
    refuse();
    await waitFor(
      async () =>
        (await samples(collector, 'metrics_refusals_total')).includes(
          'metrics_refusals_total{reason="other",resource="metrics"} 1',
        ),
      'the refusal to be counted',
    );
  });

  test('a scrape may take as long as the option scrapeTimeout says', async () => {
    const { endpoint, collector } = await slowCollector({ scrapeTimeout: 30 });
    collector.addHealthCheck({
      name: 'slow',
      check: () => new Promise<void>(() => {}),
    });
    expect((await fetch(endpoint)).status).toBe(503);
    const health = endpoint.replace('/metrics', '/health');
    expect((await fetch(health)).status).toBe(503);
  });

  test('a scrape that was refused at its deadline counts as running until its page is rendered', async () => {
    const { endpoint, open } = await slowCollector({
      maxScrapes: 1,
      scrapeTimeout: 30,
    });
    expect(await (await fetch(endpoint)).text()).toBe('Not ready in time\n');
    expect(await (await fetch(endpoint)).text()).toBe(
      'Too many scrapes at once\n',
    );
    open(1);
    await waitFor(
      async () => (await fetch(endpoint)).status === 200,
      'the page to be rendered',
    );
  });

  test('a scrape takes no place while its access is checked, and no page after its deadline', async () => {
    let letIn!: () => void;
    const slow = new Promise<undefined>((resolve) => {
      letIn = () => resolve(undefined);
    });
    let reads = 0;
    let checked = 0;
    const access: AccessPolicy = {
      check: async ({ req }) =>
        req.headers['x-slow'] === undefined
          ? undefined
          : slow.finally(() => checked++),
    };
    const collector = new PrometheusCollector(
      { port: 0, host: '127.0.0.1', namespace: '', maxScrapes: 1 },
      { access, logger: { warn: () => {} } },
    );
    onTestFinished(() => collector.shutdown());
    await collector.initialize();
    collector.gauge('read', { collect: () => ++reads });
    const { endpoint } = await collector.healthCheck();
    const headers = {
      'X-Slow': 'yes',
      'X-Prometheus-Scrape-Timeout-Seconds': '0.1',
    };
    const asked = [1, 2].map(() => fetch(endpoint, { headers }));
    for (const answer of await Promise.all(asked)) {
      expect(await answer.text()).toBe('Not ready in time\n');
    }
    expect(await (await fetch(endpoint)).text()).toContain('read 1\n');
    letIn();
    await waitFor(() => checked === 2, 'the checks to end');
    expect(await (await fetch(endpoint)).text()).toContain('read 2\n');
  });

  test('the timeout header limits scrapes only, and not the health', async () => {
    const { collector, endpoint, open, reads } = await slowCollector();
    collector.addHealthCheck({
      name: 'slow',
      timeout: 5_000,
      check: async () => {
        // By now the patience below is over.
        await fetch(endpoint, { headers: patience });
      },
    });
    const patience = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.1' };
    const health = endpoint.replace('/metrics', '/health');
    const answer = await fetch(health, { headers: patience });
    expect(answer.status).toBe(200);
    expect(reads()).toBe(1);
    open(1);
  });

  test('a scrape of all metrics does not wait for slow readers of partial pages', async () => {
    const { collector } = makeCollector();
    collector.counter('hits_total').inc();
    const gatherer = new Gatherer(collector.registry, collector);
    const yielder = new EventLoopYielder();
    const renderer = new PageRenderer(gatherer, yielder, () => {});
    const format = TEXT_FORMAT;
    let giveBack!: () => void;
    const taken = new Promise<void>((resolve) => (giveBack = resolve));
    let kept = 0;
    const slow = Array.from({ length: 10 }, async (_, i) => {
      const names = ['hits_total', `x${i}`];
      const page = await renderer.acquire({ format, names });
      kept++;
      await taken;
      page.release();
    });
    await waitFor(() => kept === 4, 'as many pages as may be');
    const whole = await renderer.acquire({ format });
    expect(await whole.content.text()).toContain('hits_total 1\n');
    whole.release();
    expect(kept).toBe(4);
    giveBack();
    await Promise.all(slow);
  });

  test.each(['maxScrapes', 'scrapeTimeout'])(
    'a collector refuses an invalid %s',
    (option) => {
      for (const value of [0, -1, 1.5, NaN, Infinity, '5', null, 1e9]) {
        expect(() => new PrometheusCollector({ [option]: value })).toThrow(
          OptionsError,
        );
      }
    },
  );
});

import { Gauge, Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PushgatewayExporter } from '../../src/exporters/pushgateway/pushgateway-exporter.js';
import type { PushgatewayOptions } from '../../src/exporters/pushgateway/pushgateway.options.js';
import { makeCollector, samplesOf } from '../support/collector.js';
import { freePort, waitFor } from '../support/http.js';
import {
  installedPushgateway,
  type PushgatewaySetup,
  type RealPushgateway,
  startPushgateway,
} from '../support/processes.js';

const program = await installedPushgateway();

/** A Pushgateway until the test ends. */
async function begin(setup?: PushgatewaySetup): Promise<RealPushgateway> {
  const gateway = await startPushgateway(program!, setup);
  onTestFinished(() => gateway.stop());
  return gateway;
}

/** A collector that pushes; shut down when the test ends. */
async function pushing(
  options: Partial<PushgatewayOptions>,
  registry?: Registry,
) {
  const made = makeCollector({
    namespace: 'shop',
    ...(registry && { registry }),
  });
  const { collector } = made;
  await collector.addExporter(
    new PushgatewayExporter(
      { jobName: 'import', interval: false, ...options },
      collector,
    ),
  );
  await collector.initialize();
  return made;
}

/** The series of the page that have this name, in any order. */
const seriesOf = (page: string, name: string) => samplesOf(page, name).sort();

/**
 * The Pushgateway has these values of `shop_rows_total`, or gets them soon: it
 * answers 202 to a DELETE, and deletes the group after that.
 */
async function expectValues(
  gateway: RealPushgateway,
  values: readonly string[],
): Promise<void> {
  const current = async () =>
    seriesOf(await gateway.page(), 'shop_rows_total').map((line) =>
      line.split(' ').at(-1),
    );
  await expect.poll(current, { timeout: 10_000 }).toEqual(values);
}

describe.skipIf(program === undefined)('a real Pushgateway', () => {
  test('a real Pushgateway shows what flush() has pushed, metrics of all types and of prom-client', async () => {
    const gateway = await begin();
    const registry = new Registry();
    new Gauge({ name: 'own', help: 'x', registers: [registry] }).set(7);
    const { collector } = await pushing({ url: gateway.url }, registry);
    collector.counter('rows_total').inc({ table: 'ü"\n\\' }, 3);
    collector.gauge('size_bytes').set(2.5);
    const sizes = collector.histogram('batch', { buckets: [1, 10] });
    for (const size of [1, 5, 50]) sizes.observe(size);
    await collector.flush();

    const page = await gateway.page();
    const all = 'instance="",job="import"';
    expect(seriesOf(page, 'shop_rows_total')).toEqual([
      `shop_rows_total{${all},table="ü\\"\\n\\\\"} 3`,
    ]);
    expect(seriesOf(page, 'shop_size_bytes')).toEqual([
      `shop_size_bytes{${all}} 2.5`,
    ]);
    expect(seriesOf(page, 'own')).toEqual([`own{${all}} 7`]);
    expect(seriesOf(page, 'shop_batch_bucket')).toEqual([
      `shop_batch_bucket{${all},le="+Inf"} 3`,
      `shop_batch_bucket{${all},le="1"} 1`,
      `shop_batch_bucket{${all},le="10"} 2`,
    ]);
    expect(seriesOf(page, 'shop_batch_sum')).toEqual([
      `shop_batch_sum{${all}} 56`,
    ]);
  });

  test('a real Pushgateway shows the values of grouping labels as they were given', async () => {
    const gateway = await begin();
    const groupings = { path: '/a/b', none: '', dots: '..', text: 'ü ?#%"' };
    const { collector } = await pushing({ url: gateway.url, groupings });
    collector.counter('rows_total').inc();
    await collector.flush();
    expect(seriesOf(await gateway.page(), 'shop_rows_total')).toEqual([
      'shop_rows_total{dots="..",instance="",job="import",none="",path="/a/b",text="ü ?#%\\""} 1',
    ]);
  });

  test.each(['team/import', '/', '.', '..', 'ü/"\\?#%'])(
    'a real Pushgateway shows and deletes a job under the name that was given: %j',
    async (jobName) => {
      const gateway = await begin();
      const { collector } = await pushing({
        url: gateway.url,
        jobName,
        groupings: { path: 'a/b' },
        atShutdown: 'delete',
      });
      collector.counter('rows_total').inc();
      await collector.flush();
      const escaped = jobName.replace(/["\\]/g, '\\$&');
      expect(seriesOf(await gateway.page(), 'shop_rows_total')).toEqual([
        `shop_rows_total{instance="",job="${escaped}",path="a/b"} 1`,
      ]);
      await collector.shutdown();
      await expectValues(gateway, []);
    },
  );

  test('a real Pushgateway keeps the other metrics of a group with pushAdd, and not with push', async () => {
    const gateway = await begin();
    const push = async (method: 'push' | 'pushAdd', name: string) => {
      const { collector } = await pushing({ url: gateway.url, method });
      collector.counter(name).inc();
      await collector.flush();
      const page = await gateway.page();
      return ['a', 'b', 'c'].filter((x) => seriesOf(page, `shop_${x}`).length);
    };
    expect(await push('push', 'a')).toEqual(['a']);
    expect(await push('pushAdd', 'b')).toEqual(['a', 'b']);
    expect(await push('push', 'c')).toEqual(['c']);
  });

  test('a real Pushgateway receives a push at each interval', async () => {
    const gateway = await begin();
    const { collector } = await pushing({ url: gateway.url, interval: 100 });
    const rows = collector.counter('rows_total');
    for (const count of [1, 2]) {
      rows.inc();
      await waitFor(
        async () =>
          seriesOf(await gateway.page(), 'shop_rows_total')[0]?.endsWith(
            `} ${count}`,
          ),
        `push ${count}`,
      );
    }
  });

  test.each([
    ['push', ['2']],
    ['nothing', ['1']],
    ['delete', []],
  ] as const)(
    'a real Pushgateway has the metrics that atShutdown %j promises',
    async (atShutdown, expected) => {
      const gateway = await begin();
      const { collector, warnings } = await pushing({
        url: gateway.url,
        atShutdown,
      });
      const rows = collector.counter('rows_total');
      rows.inc();
      await collector.flush();
      rows.inc();
      await collector.shutdown();
      await expectValues(gateway, expected);
      expect(warnings).toEqual([]);
    },
  );

  test('a real Pushgateway that refuses a push keeps its metrics, and gets no retry', async () => {
    const gateway = await begin();
    const groupings = { table: 'x' };
    const { collector } = await pushing({ url: gateway.url, groupings });
    const rows = collector.counter('rows_total');
    rows.inc({ table: 'a' });
    await collector.flush();
    // Both series have the table of the group, and are the same then.
    rows.inc({ table: 'b' });
    const began = Date.now();
    await expect(collector.flush(20_000)).rejects.toThrow(
      /answered a push with status 400: pushed metrics are invalid .* was collected before with the same name and label values/,
    );
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(seriesOf(await gateway.page(), 'shop_rows_total')).toEqual([
      'shop_rows_total{instance="",job="import",table="x"} 1',
    ]);
  });

  test('a real Pushgateway accepts pushes with its password only', async () => {
    // The hash, by bcrypt, of "s3cret".
    const hash = '$2b$04$aaaaaaaaaaaaaaaaaaaaaupqbIvbQxr7x15X.JA3zurCpzc1LEeG6';
    const gateway = await begin({
      web: {
        config: `basic_auth_users:\n  job: ${hash}\n`,
        authorization: `Basic ${Buffer.from('job:s3cret').toString('base64')}`,
      },
    });
    const withPassword = (password: string) =>
      pushing({
        url: gateway.url,
        basicAuth: { username: 'job', password },
        atShutdown: 'nothing',
      });
    const stranger = (await withPassword('wrong')).collector;
    stranger.counter('rows_total').inc({}, 9);
    await expect(stranger.flush()).rejects.toThrow('status 401');
    const { collector } = await withPassword('s3cret');
    collector.counter('rows_total').inc();
    await collector.flush();
    expect(seriesOf(await gateway.page(), 'shop_rows_total')).toEqual([
      'shop_rows_total{instance="",job="import"} 1',
    ]);
  });

  test('a real Pushgateway receives missed metrics once it runs', async () => {
    const port = await freePort();
    const { collector, warnings } = await pushing({
      url: `http://127.0.0.1:${port}`,
      interval: 100,
      atShutdown: 'nothing',
    });
    collector.counter('rows_total').inc();
    await waitFor(() => warnings.length > 0, 'a warning');
    expect(warnings[0]).toContain('ECONNREFUSED');
    const gateway = await begin({ port });
    await waitFor(
      async () => seriesOf(await gateway.page(), 'shop_rows_total').length,
      'the push',
    );
    expect(
      warnings.filter((text) => text.includes('ECONNREFUSED')),
    ).toHaveLength(1);
  });
});

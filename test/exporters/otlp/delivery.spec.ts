import { gzipSync } from 'node:zlib';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSnapshot } from '../../../src/exporters/snapshot.js';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { freePort, portOf, waitFor } from '../../support/http.js';
import {
  type BackendAnswer,
  partialSuccess,
  startOtlpBackend,
} from '../../support/otlp-backend.js';
import type { SentPoint } from '../../support/otlp-definitions.js';
import {
  counterOf,
  distribution,
  gaugeOf,
  histogramOf,
  NOON,
  snapshotOf,
  valueSeries,
} from '../../support/snapshots.js';
import { failure } from './failure.js';
import { withLastLine, sectionOf } from '../../../src/core/message-links.js';

const NEVER = new AbortController().signal;

async function started(options: OtlpOptions) {
  const exporter = new OtlpExporter(options);
  await exporter.start();
  onTestFinished(() => exporter.shutdown());
  const send = (
    metrics: readonly MetricSnapshot[],
    time = NOON,
    signal = NEVER,
  ) => exporter.export(snapshotOf(metrics, time), signal);
  return { exporter, send };
}

async function exporting(options: OtlpOptions = {}) {
  const backend = await startOtlpBackend();
  return { backend, ...(await started({ url: backend.url, ...options })) };
}

const LEVEL = [gaugeOf('level', valueSeries(1))];

/** Three points. */
const LEVELS = ['a', 'b', 'c'].map((name) => gaugeOf(name, valueSeries(1)));

/** More than two requests. */
const MANY = Array.from({ length: 20_000 }, (_, i) =>
  valueSeries(i + 1, { i: String(i), of: 'a label of usual length' }),
);

/** The time of the server. */
const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('an answer', () => {
  it.each([429, 502, 503, 504])(
    'an answer of %i is retried',
    async (status) => {
      const { backend, send } = await exporting();
      backend.answer = () => ({ status });
      const error = await failure(send(LEVEL));
      expect(error).toMatchObject({ retryable: true, retryAfter: undefined });
      expect(error.message).toBe(
        withLastLine(`${backend.url} answered ${status}`, 'export'),
      );
      expect(backend.requests).toHaveLength(1);
    },
  );

  it.each([
    ['', true],
    ['/', true],
    ['/v1/metrics/', true],
    ['/v1/traces', true],
    ['/otlp', true],
    ['/v1/metrics', false],
    ['/otlp/v1/metrics', false],
  ])(
    'an answer of 404 gives the hint that the path /v1/metrics is missing if it is: %j',
    async (path, isMissing) => {
      const { backend } = await exporting();
      backend.answer = () => ({ status: 404 });
      const { send } = await started({
        url: `${new URL(backend.url).origin}${path}`,
      });
      const { message } = await failure(send(LEVEL));
      const hint =
        '; the path /v1/metrics seems to be missing at the end of the URL';
      const end = withLastLine(
        `answered 404${isMissing ? hint : ''}`,
        'export',
      );
      expect(message.endsWith(end)).toBe(true);
    },
  );

  it.each([301, 307, 400, 401, 403, 404, 405, 413, 415, 500, 501])(
    'an answer of %i is not retried',
    async (status) => {
      const { backend, send } = await exporting();
      backend.answer = () => ({ status, headers: { location: backend.url } });
      const error = await failure(send(LEVEL));
      expect(error.retryable).toBe(false);
      expect(error.message).toContain(`answered ${status}`);
      expect(backend.requests).toHaveLength(1);
    },
  );

  it('an answer says when to retry, in seconds or by a date', async () => {
    const { backend, send } = await exporting();
    const retryAfter = async (text: string) => {
      backend.answer = () => ({
        status: 503,
        headers: { date: new Date(NOW).toUTCString(), 'retry-after': text },
      });
      return (await failure(send(LEVEL))).retryAfter;
    };
    expect(await retryAfter('120')).toBe(120_000);
    expect(await retryAfter('0')).toBe(0);
    const date = new Date(NOW + 300_000).toUTCString();
    expect(await retryAfter(date)).toBe(300_000);
    expect(await retryAfter('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
    expect(await retryAfter('soon')).toBeUndefined();
  });

  it('the text of an answer is shown in the error, shortened and on one line', async () => {
    const { backend, send } = await exporting();
    const said = async (answer: BackendAnswer) => {
      backend.answer = () => ({ status: 401, ...answer });
      const { message } = await failure(send(LEVEL));
      const [text, ...lines] = message.split('\n');
      expect(lines).toEqual([`See ${sectionOf('export')}`]);
      return text!.replace(backend.url, 'It');
    };
    const json = { 'content-type': 'application/json; charset=utf-8' };
    // A google.rpc.Status: code 16, message "no key".
    const status = Buffer.from('0810' + '1206' + '6e6f206b6579', 'hex');
    expect(await said({ body: status })).toBe('It answered 401: no key');
    expect(
      await said({ headers: json, body: '{"code":16,"message":"no\\nkey"}' }),
    ).toBe('It answered 401: no key');
    expect(await said({ headers: json, body: '{"error":"no key"}' })).toBe(
      'It answered 401: {"error":"no key"}',
    );
    expect(
      await said({
        headers: { 'content-type': 'text/html' },
        body: `<p>\r\n${'x'.repeat(1_000)}`,
      }),
    ).toBe(`It answered 401: <p> ${'x'.repeat(195)}…`);
    expect(await said({ body: Buffer.from([255, 255, 255]) })).toMatch(
      /^It answered 401: /,
    );
  });

  it('an answer that never ends is read up to a limit', async () => {
    let isClosed = false;
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('close', () => (isClosed = true));
      socket.write('HTTP/1.1 400 Bad\r\n\r\n');
      const timer = setInterval(() => socket.write('x'.repeat(65_536)), 1);
      socket.once('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve()),
    );
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${portOf(server)}/`;
    const { send } = await started({ url });
    expect((await failure(send(LEVEL))).message).toContain('answered 400: xxx');
    await waitFor(() => isClosed, 'the end of the connection');
  });

  it('a server that is away, or breaks off its answer, is retried', async () => {
    const port = await freePort();
    const { send } = await started({
      url: `http://127.0.0.1:${port}/v1/metrics?key=hidden`,
    });
    const error = await failure(send(LEVEL));
    expect(error.retryable).toBe(true);
    expect(error.message).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/v1\/metrics was not reached: .*ECONNREFUSED/,
    );
    const server = createServer((socket) => void socket.destroy());
    await new Promise<void>((resolve) =>
      server.listen(port, '127.0.0.1', () => resolve()),
    );
    onTestFinished(() => void server.close());
    expect((await failure(send(LEVEL))).retryable).toBe(true);
  });

  it('the exporter waits for an answer until its signal is aborted', async () => {
    const { backend, send } = await exporting();
    backend.answer = () => undefined;
    const aborter = new AbortController();
    const sent = failure(send(LEVEL, NOON, aborter.signal));
    await waitFor(() => backend.requests.length === 1, 'the request');
    aborter.abort(new Error('Its time is over'));
    expect((await sent).retryable).toBe(true);
    backend.answer = () => ({});
    await send(LEVEL);
    expect(backend.requests).toHaveLength(2);
  });

  it.each(['http/protobuf', 'http/json'] as const)(
    'an answer by %s may say that some points were rejected',
    async (protocol) => {
      const { backend, send } = await exporting({ protocol });
      const partial =
        protocol === 'http/json'
          ? {
              body: '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too\\told"}}',
            }
          : partialSuccess(3, 'too\told');
      backend.answer = () => partial;
      expect(await send(LEVELS)).toEqual({ dropped: 3, reason: 'too old' });
      backend.answer = () => ({});
      expect(await send(LEVELS)).toEqual({ dropped: 0 });
      expect(backend.requests).toHaveLength(2);
    },
  );

  it('an answer of success counts as success whatever its body is', async () => {
    const { backend, send } = await exporting();
    for (const body of ['OK', Buffer.from([10, 200]), gzipSync('{}')]) {
      backend.answer = () => ({ body });
      expect(await send(LEVEL)).toMatchObject({ dropped: 0 });
    }
  });
});

describe('a request that is refused for what is in it', () => {
  it('a refused request does not hold back the others, and fails the export', async () => {
    const { backend, send } = await exporting();
    backend.answer = () =>
      backend.requests.length === 2 ? { status: 413, body: '' } : {};
    const error = await failure(send([counterOf('a_total', ...MANY)]));
    expect(backend.requests.length).toBeGreaterThan(2);
    expect(error.retryable).toBe(false);
    expect(error.message).toBe(
      withLastLine(
        `${backend.url} answered 413; it refused ${backend.requests[1]!.points.length} of ${MANY.length} points`,
        'export',
      ),
    );
  });

  it.each(['cumulative', 'delta'] as const)(
    'a refused request loses nothing, because the next export sends its points again: %s',
    async (temporality) => {
      const { backend, send } = await exporting({ temporality });
      const metrics = [counterOf('a_total', ...MANY)];
      backend.answer = () =>
        backend.requests.length === 2 ? { status: 400 } : {};
      await failure(send(metrics));
      const refused = backend.requests[1]!.points.length;
      backend.requests.length = 0;
      backend.answer = () => ({});
      expect(await send(metrics, NOON + 60)).toEqual({ dropped: 0 });
      expect(backend.points()).toHaveLength(
        temporality === 'delta' ? refused : MANY.length,
      );
    },
  );

  it('any request of an export may be refused', async () => {
    const { backend, send } = await exporting();
    backend.answer = () => ({ status: 400 });
    const error = await failure(send([counterOf('a_total', ...MANY)]));
    expect(error.retryable).toBe(false);
    expect(error.message).toBe(
      withLastLine(`${backend.url} answered 400`, 'export'),
    );
    expect(backend.requests.length).toBeGreaterThan(2);
    backend.answer = () => ({});
    expect(await send(LEVEL)).toEqual({ dropped: 0 });
  });

  it('points rejected before a failure are reported with the next success', async () => {
    const { backend, send } = await exporting();
    const metrics = [counterOf('a_total', ...MANY)];
    backend.answer = () =>
      backend.requests.length === 1
        ? partialSuccess(2, 'too old')
        : { status: 503 };
    await failure(send(metrics));
    backend.answer = () => ({});
    expect(await send(metrics)).toEqual({ dropped: 2 });
  });
});

it.each(['cumulative', 'delta'] as const)(
  'after an export that failed in part, the delivered exemplars are not sent again: %s',
  async (temporality) => {
    const { backend, send } = await exporting({ temporality });
    const some = MANY.slice(0, 4_000);
    const exemplarAt = (timestamp: number) => ({
      labels: { trace_id: '0af7651916cd43dd8448eb211c80319c' },
      value: 1,
      timestamp,
    });
    const metricsAt = (time: number, grown: number) => [
      counterOf(
        'a_total',
        ...some.map((series) => ({
          ...series,
          value: series.value + grown,
          exemplar: exemplarAt(time),
        })),
      ),
      histogramOf(
        'wait',
        [1],
        distribution([1 + grown, 0], 1, {}, { exemplars: [exemplarAt(time)] }),
      ),
    ];
    backend.answer = () =>
      backend.requests.length === 2 ? { status: 503 } : {};
    await failure(send(metricsAt(NOON - 1, 0)));
    const accepted = backend.requests[0]!.points;
    backend.requests.length = 0;
    backend.answer = () => ({});
    await send(metricsAt(NOON - 1, 1), NOON + 60);
    const all = [...accepted, ...backend.points()];
    const sent = all.flatMap(({ labels, exemplars }) =>
      exemplars.map(({ time }) => `${labels.i} ${time}`),
    );
    expect(sent).toHaveLength(some.length + 1);
    expect(new Set(sent).size).toBe(some.length + 1);
    backend.requests.length = 0;
    await send(metricsAt(NOON + 61, 2), NOON + 120);
    for (const { exemplars } of backend.points()) {
      expect(exemplars).toHaveLength(1);
    }
  },
);

describe('with temporality "delta"', () => {
  const hits = (value: number, created = NOON - 100) =>
    counterOf('hits_total', valueSeries(value, {}, { created }));

  it('deltas are the growth since the last delivery', async () => {
    const { backend, send } = await exporting({ temporality: 'delta' });
    const wait = (counts: number[], sum: number) =>
      histogramOf('wait', [1], distribution(counts, sum));
    await send([hits(5), wait([1, 1], 3)], NOON);
    await send([hits(12), wait([1, 4], 13)], NOON + 60);
    const [first, second] = backend.points('hits_total');
    expect(first).toMatchObject({
      temporality: 'AGGREGATION_TEMPORALITY_DELTA',
      value: 5,
      start: `${NOON - 100}000000000`,
      time: `${NOON}000000000`,
    });
    expect(second).toMatchObject({
      value: 7,
      start: `${NOON}000000000`,
      time: `${NOON + 60}000000000`,
    });
    expect(backend.points('wait')).toMatchObject([
      { counts: ['1', '1'], count: '2', sum: 3 },
      { counts: ['0', '3'], count: '3', sum: 10 },
    ]);
  });

  it('deltas that were not delivered are sent again, with the growth since', async () => {
    const { backend, send } = await exporting({ temporality: 'delta' });
    await send([hits(5)], NOON);
    backend.answer = () => ({ status: 503 });
    await failure(send([hits(8)], NOON + 60));
    await failure(send([hits(9)], NOON + 120));
    backend.answer = () => ({});
    await send([hits(10)], NOON + 180);
    expect(backend.points().at(-1)).toMatchObject({
      value: 5,
      start: `${NOON}000000000`,
    });
  });

  it('deltas of a delivered request are not sent again if a later request fails', async () => {
    const { backend, send } = await exporting({ temporality: 'delta' });
    const metrics = [counterOf('a_total', ...MANY)];
    backend.answer = () =>
      backend.requests.length === 2 ? { status: 503 } : {};
    await failure(send(metrics, NOON));
    const delivered = backend.requests[0]!.points;
    backend.requests.length = 0;
    backend.answer = () => ({});
    await send(metrics, NOON + 1);
    const again = backend.points();
    expect(again).toHaveLength(MANY.length - delivered.length);
    const total = [...delivered, ...again].reduce(
      (sum, { value }) => sum + value!,
      0,
    );
    expect(total).toBe(MANY.reduce((sum, { value }) => sum + value, 0));
  });

  it('deltas that were refused are sent again, with the growth since', async () => {
    const { backend, send } = await exporting({ temporality: 'delta' });
    backend.answer = () =>
      backend.requests.length === 2 ? { status: 400 } : {};
    await failure(send([counterOf('a_total', ...MANY)], NOON));
    const refused = backend.requests[1]!.points;
    backend.requests.length = 0;
    backend.answer = () => ({});
    await send([counterOf('a_total', ...MANY)], NOON + 60);
    const keys = (points: readonly SentPoint[]) =>
      points.map(({ labels, value }) => `${labels.i} ${value}`).sort();
    expect(keys(backend.points())).toEqual(keys(refused));
  });

  it('deltas leave out series that have not grown, and no request is sent if none has', async () => {
    const { backend, send } = await exporting({ temporality: 'delta' });
    const idle = counterOf('idle_total', valueSeries(0));
    await send([idle, hits(5)], NOON);
    expect(backend.points()).toHaveLength(2);
    await send([idle, hits(5)], NOON + 60);
    expect(backend.requests).toHaveLength(1);
    await send([idle, hits(6)], NOON + 120);
    expect(backend.requests[1]!.points).toMatchObject([
      { metric: 'hits_total', value: 1, start: `${NOON + 60}000000000` },
    ]);
  });

  it('deltas leave out a sum that has gone down', async () => {
    const { backend, send } = await exporting({ temporality: 'delta' });
    const odd = (counts: number[], sum: number) =>
      histogramOf('odd', [20], distribution(counts, sum));
    await send([odd([1, 0], 10)], NOON);
    await send([odd([2, 0], 7)], NOON + 60);
    await send([odd([3, 0], 8)], NOON + 120);
    expect(backend.points().map(({ sum }) => sum)).toEqual([10, undefined, 1]);
  });

  it('deltas start again with a series that was reset', async () => {
    const { backend, send } = await exporting({ temporality: 'delta' });
    await send([hits(5)], NOON);
    await send([hits(6, NOON + 30)], NOON + 60);
    expect(backend.points()[1]).toMatchObject({
      value: 6,
      start: `${NOON + 30}000000000`,
    });
  });
});

describe('a series that does not say when it began', () => {
  const hits = (value: number) =>
    counterOf('hits_total', valueSeries(value, {}, { created: undefined }));

  it('a series without a creation time starts when first seen, and again after a reset', async () => {
    const { backend, send } = await exporting();
    await send([hits(5)], NOON);
    await send([hits(7)], NOON + 60);
    await send([hits(1)], NOON + 120);
    await send([hits(1)], NOON + 180);
    expect(backend.points().map(({ start }) => start)).toEqual(
      [NOON, NOON, NOON + 120, NOON + 120].map((time) => `${time}000000000`),
    );
  });

  it('a histogram or summary without a creation time starts again when its count is lower', async () => {
    const { backend, send } = await exporting();
    const more = { created: undefined };
    const metrics = (count: number): MetricSnapshot[] => [
      histogramOf('sizes', [1], distribution([count, 0], 1, {}, more)),
      {
        type: 'summary',
        name: 'times',
        help: '',
        unit: undefined,
        series: [
          { key: '', labels: {}, ...more, quantiles: [], count, sum: 1 },
        ],
      },
    ];
    await send(metrics(5), NOON);
    await send(metrics(7), NOON + 60);
    await send(metrics(1), NOON + 120);
    await send(metrics(1), NOON + 180);
    for (const metric of ['sizes', 'times']) {
      expect(backend.points(metric).map(({ start }) => start)).toEqual(
        [NOON, NOON, NOON + 120, NOON + 120].map((time) => `${time}000000000`),
      );
    }
  });

  it('a removed series without a creation time is forgotten', async () => {
    const { backend, send } = await exporting();
    await send([hits(5)], NOON);
    await send([], NOON + 60);
    await send([hits(7)], NOON + 120);
    expect(backend.points()[1]!.start).toBe(`${NOON + 120}000000000`);
  });
});

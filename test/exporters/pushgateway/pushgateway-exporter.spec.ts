import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PushgatewayExporter } from '../../../src/exporters/pushgateway/pushgateway-exporter.js';
import type { PushgatewayOptions } from '../../../src/exporters/pushgateway/pushgateway.options.js';
import type { ExportError } from '../../../src/core/errors.js';
import { freePort, waitFor } from '../../support/http.js';
import { makeCollector } from '../../support/collector.js';
import { tempFolder } from '../../support/temp.js';
import { startGateway } from './gateway-server.js';
import { withLastLine } from '../../../src/core/message-links.js';

const SNAPSHOT = { time: 0, metrics: [] };
const never = new AbortController().signal;

const make = (options: Partial<PushgatewayOptions>, text = 'a 1\n') =>
  new PushgatewayExporter(
    { jobName: 'import', ...options },
    { metrics: async () => text },
  );

/** The error that an export rejects with. */
const failure = (exporter: PushgatewayExporter, signal = never) =>
  exporter.export(SNAPSHOT, signal).then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe('a push', () => {
  it('a push sends the page of the collector, with metrics of prom-client', async () => {
    const { collector } = makeCollector({ defaultMetrics: true });
    await collector.initialize();
    collector.counter('rows_total').inc({ table: 'ü\n"' }, 3);
    const { host, requests } = await startGateway();
    const exporter = new PushgatewayExporter(
      { url: `http://${host}`, jobName: 'import' },
      collector,
    );
    await exporter.export(SNAPSHOT, never);
    expect(requests).toHaveLength(1);
    expect(requests[0]!.body).toContain('rows_total{table="ü\\n\\""} 3\n');
    expect(requests[0]!.body).toContain('\nprocess_cpu_seconds_total ');
  });

  it('a push sends no request if the page cannot be rendered', async () => {
    const { host, requests } = await startGateway();
    const exporter = new PushgatewayExporter(
      { url: `http://${host}`, jobName: 'import' },
      { metrics: () => Promise.reject(new Error('no page')) },
    );
    expect(await failure(exporter)).toMatchObject({ message: 'no page' });
    expect(requests).toEqual([]);
  });

  it.each([
    ['push', 'PUT'],
    ['pushAdd', 'POST'],
  ] as const)('the method %s sends a page by %s', async (method, verb) => {
    const { host, requests } = await startGateway();
    await make({ url: `http://${host}`, method }).export(SNAPSHOT, never);
    expect(requests).toMatchObject([{ method: verb, body: 'a 1\n' }]);
  });

  it('a push runs the callbacks of gauges once', async () => {
    const { host, requests } = await startGateway();
    const { collector } = makeCollector();
    let runs = 0;
    collector.gauge('runs', { collect: (gauge) => gauge.set(++runs) });
    await collector.addExporter(
      new PushgatewayExporter(
        { url: `http://${host}`, jobName: 'import', interval: false },
        collector,
      ),
    );
    await collector.initialize();
    await collector.flush();
    expect(runs).toBe(1);
    expect(requests[0]!.body).toContain('runs 1\n');
  });

  it.each([
    ['', '/metrics/job/import'],
    ['/', '/metrics/job/import'],
    ['/behind/a%20proxy/', '/behind/a%20proxy/metrics/job/import'],
  ])('a push goes below the path of the URL: %j', async (path, expected) => {
    const { host, requests } = await startGateway();
    await make({ url: `http://${host}${path}` }).export(SNAPSHOT, never);
    expect(requests[0]!.url).toBe(expected);
  });

  it('a push goes to its group, whatever the names and values are', async () => {
    const { host, requests } = await startGateway();
    const groupings = { a: 'ü ?#%', b: '/x', c: '', d: '..' };
    await make({ url: `http://${host}`, jobName: 'a b', groupings }).export(
      SNAPSHOT,
      never,
    );
    expect(requests[0]!.url).toBe(
      '/metrics/job/a%20b/a/%C3%BC%20%3F%23%25/b@base64/L3g/c@base64/=/d@base64/Li4',
    );
  });
});

describe('a job name', () => {
  it.each([
    ['team/import', '/metrics/job@base64/dGVhbS9pbXBvcnQ'],
    ['/', '/metrics/job@base64/Lw'],
    ['.', '/metrics/job@base64/Lg'],
    ['..', '/metrics/job@base64/Li4'],
    ['ü?>', '/metrics/job/%C3%BC%3F%3E'],
    ['ü/?>', '/metrics/job@base64/w7wvPz4'],
    ['\ud800', '/metrics/job@base64/77-9'],
  ])(
    'a job name that a path cannot contain is sent in base64: %j',
    async (jobName, path) => {
      const { host, requests } = await startGateway();
      const url = `http://${host}/below/`;
      const exporter = make({ url, jobName, atShutdown: 'delete' });
      await exporter.export(SNAPSHOT, never);
      await exporter.shutdown();
      const groups = requests.map(({ method, url: at }) => `${method} ${at}`);
      expect(groups).toEqual([`PUT /below${path}`, `DELETE /below${path}`]);
    },
  );
});

describe('credentials', () => {
  const basic = (text: string) =>
    `Basic ${Buffer.from(text).toString('base64')}`;

  it('credentials may come from the URL of a Pushgateway', async () => {
    const { host, requests } = await startGateway();
    const url = `http://us%2Fer:p%40ss@${host}`;
    await make({ url }).export(SNAPSHOT, never);
    expect(requests[0]!.headers.authorization).toBe(basic('us/er:p@ss'));
  });

  it('credentials may come from a file, which is read again for each push', async () => {
    const { host, requests } = await startGateway();
    const file = join(tempFolder(), 'password');
    writeFileSync(file, 'first\n');
    const exporter = make({
      url: `http://${host}`,
      basicAuth: { username: 'ü', password: { file } },
    });
    await exporter.start();
    await exporter.export(SNAPSHOT, never);
    writeFileSync(file, 'second\n');
    await exporter.export(SNAPSHOT, never);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      basic('ü:first'),
      basic('ü:second'),
    ]);
  });

  it('a PushgatewayExporter does not start if its credentials cannot be read', async () => {
    const file = join(tempFolder(), 'missing');
    await expect(
      make({ basicAuth: { username: 'a', password: { file } } }).start(),
    ).rejects.toThrow(/^pushgateway\.basicAuth\.password\.file is ".*missing"/);
    await expect(
      make({ headers: { 'X-Token': { file } } }).start(),
    ).rejects.toThrow(/^pushgateway\.headers\.X-Token\.file is ".*missing"/);
  });

  it('credentials may be headers of any name', async () => {
    const { host, requests } = await startGateway();
    const headers = { Authorization: 'Bearer x y', 'X-Scope': 'team' };
    await make({ url: `http://${host}`, headers }).export(SNAPSHOT, never);
    expect(requests[0]!.headers).toMatchObject({
      authorization: 'Bearer x y',
      'x-scope': 'team',
    });
  });

  it('no error of a push contains credentials', async () => {
    const { host } = await startGateway((res) => {
      res.statusCode = 500;
      res.end();
    });
    const closed = `127.0.0.1:${await freePort()}`;
    for (const target of [host, closed]) {
      const errors = [
        await failure(make({ url: `http://user:hunter2@${target}` })),
        await failure(
          make({
            url: `http://${target}`,
            basicAuth: { username: 'user', password: 'hunter2' },
            headers: { 'X-Token': 'hunter2' },
          }),
        ),
      ];
      for (const error of errors) {
        const shown = inspect(error, { depth: 9, showHidden: true });
        expect(shown).toContain(`http://${target}`);
        expect(shown).not.toContain('hunter2');
      }
    }
  });
});

describe('an answer that repeats credentials', () => {
  const basic = Buffer.from('user:hunter2').toString('base64');

  it.each<[string, object, string]>([
    ['password', { basicAuth: { username: 'user', password: 'hunter2' } }, ''],
    ['password of the URL', {}, 'user:hunter2@'],
    ['header', { headers: { Authorization: 'Bearer hunter2' } }, ''],
    ['header of another name', { headers: { 'X-Token': 'hunter2' } }, ''],
  ])(
    'an error shows an answer that repeats credentials without the %s',
    async (_, options, user) => {
      const { host } = await startGateway((res) => {
        res.statusCode = 401;
        res.end(
          `no "hunter2", "Bearer hunter2", "Basic ${basic}", "user:hunter2"`,
        );
      });
      const url = `http://${user}${host}`;
      const { message } = (await failure(make({ url, ...options })))!;
      expect(message).toMatch(/status 401: no "\[hidden\]"/);
      expect(message).not.toContain('hunter2');
      if (!('headers' in options)) expect(message).not.toContain(basic);
    },
  );
});

describe('an answer with control characters', () => {
  it.each([
    ['\u001b[2Jcleared\u0007', '[2Jcleared'],
    ['a\r\nERROR forged line', 'a ERROR forged line'],
    ['a\u2028b\u2029c\u0085d', 'a b c d'],
    ['a\u202eb\u2066c\u200bd\ufeff', 'a b c d'],
    ['\u0000a\u0000', 'a'],
  ])(
    'an error shows an answer with control characters on one line, without them: %j',
    async (body, shownAs) => {
      const { host } = await startGateway((res) => {
        res.statusCode = 400;
        res.end(body);
      });
      const { message } = (await failure(make({ url: `http://${host}` })))!;
      const end = withLastLine(`status 400: ${shownAs}`, 'export');
      expect(message.endsWith(end)).toBe(true);
    },
  );
});

describe('an answer', () => {
  const answering = (status: number, body = '') =>
    startGateway((res) => {
      res.statusCode = status;
      res.end(body);
    });

  it.each([200, 202, 204])('a push succeeds with status %i', async (status) => {
    const { host } = await answering(status);
    expect(await failure(make({ url: `http://${host}` }))).toBeUndefined();
  });

  it.each([
    [301, false],
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [413, false],
    [429, true],
    [500, true],
    [503, true],
  ])(
    'a push fails with status %i, retryable: %s',
    async (status, retryable) => {
      const { host } = await answering(status);
      expect(await failure(make({ url: `http://${host}` }))).toMatchObject({
        name: 'ExportError',
        retryable,
        message: expect.stringContaining(
          `The Pushgateway at http://${host} answered a push with status ${status}`,
        ),
      });
    },
  );

  it('an error contains the beginning of the answer, on one line', async () => {
    const { host } = await answering(400, `no:\n  ${'x'.repeat(100_000)}`);
    const { message } = (await failure(make({ url: `http://${host}` })))!;
    expect(message).toContain('with status 400: no: xxx');
    expect(message).toMatch(/x…$/m);
    expect(message.length).toBeLessThan(500);
  });

  it.each([
    [429, '7', 7_000],
    [503, ' 30 ', 30_000],
    [503, new Date(Date.now() + 3_600_000).toUTCString(), 3_600_000],
    [503, 'soon', undefined],
    [400, '7', undefined],
  ])(
    'an answer of %i with Retry-After %j sets the pause of the error',
    async (status, header, expected) => {
      const { host } = await startGateway((res) => {
        res.writeHead(status, { 'Retry-After': header }).end();
      });
      const error = await failure(make({ url: `http://${host}` }));
      const { retryAfter } = error as ExportError;
      if (expected === undefined) expect(retryAfter).toBeUndefined();
      else expect(retryAfter! / expected).toBeCloseTo(1, 1);
    },
  );

  it('simultaneous pushes read the headers of their own answers', async () => {
    const gateways = await Promise.all(
      [1, 2, 3, 4].map((seconds) =>
        startGateway((res) => {
          res.writeHead(503, { 'Retry-After': seconds }).end();
        }),
      ),
    );
    const errors = await Promise.all(
      gateways.map(({ host }) => failure(make({ url: `http://${host}` }))),
    );
    expect(errors.map((error) => (error as ExportError).retryAfter)).toEqual([
      1_000, 2_000, 3_000, 4_000,
    ]);
  });

  it.each([
    [503, true],
    [200, false],
  ])(
    'an endless answer of %i is read for 64 KiB, and its connection is closed',
    async (status, retryable) => {
      let sent = 0;
      const gateway = await startGateway((res) => {
        res.statusCode = status;
        const write = () => {
          while (!res.destroyed && res.write('x'.repeat(10_000))) sent++;
        };
        res.on('drain', write);
        write();
      });
      const error = await failure(make({ url: `http://${gateway.host}` }));
      expect(error).toMatchObject({
        retryable,
        message: expect.stringMatching(
          new RegExp(
            `answered a push with status ${status}: x{200,400}…$`,
            'm',
          ),
        ),
      });
      await waitFor(
        async () => (await gateway.connections()) === 0,
        'the connection to be closed',
      );
      expect(sent).toBeLessThan(10_000);
    },
  );

  it('a push without an answer fails and is retryable', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await failure(make({ url }))).toMatchObject({
      retryable: true,
      message: expect.stringMatching(
        /^The Pushgateway at http:\/\/127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED/,
      ),
    });
  });

  it('an error names a cause also for a host with several addresses', async () => {
    const url = `http://localhost:${await freePort()}`;
    const { message } = (await failure(make({ url })))!;
    expect(message).toMatch(/cannot be reached: connect ECONNREFUSED/);
  });

  it.each<[string, (res: ServerResponse) => void]>([
    ['never begins', () => {}],
    ['never ends', (res) => void res.write('a')],
  ])(
    'an answer that %s is aborted with its connection',
    async (_what, answer) => {
      const gateway = await startGateway(answer);
      const aborter = new AbortController();
      const failed = failure(
        make({ url: `http://${gateway.host}` }),
        aborter.signal,
      );
      await waitFor(() => gateway.requests.length === 1, 'a push');
      expect(await gateway.connections()).toBe(1);
      aborter.abort(new Error('too late'));
      expect(await failed).toMatchObject({ message: 'too late' });
      await waitFor(
        async () => (await gateway.connections()) === 0,
        'the connection to be closed',
      );
    },
  );

  it('an answer that is cut off fails the push at once, and is retryable', async () => {
    const gateway = await startGateway((res) => {
      res.write('a', () => res.destroy());
    });
    const url = `http://${gateway.host}`;
    expect(await failure(make({ url }))).toMatchObject({
      retryable: true,
      message: withLastLine(
        `The Pushgateway at ${url} cannot be reached: the answer was cut off`,
        'export',
      ),
    });
  });

  it('a push with an aborted signal sends no request', async () => {
    const { host, requests } = await startGateway();
    const signal = AbortSignal.abort(new Error('too late'));
    expect(
      await failure(make({ url: `http://${host}` }), signal),
    ).toMatchObject({ message: 'too late' });
    expect(requests).toEqual([]);
  });
});

describe('at shutdown', () => {
  it.each([
    ['push', ['PUT']],
    ['nothing', []],
    ['delete', ['DELETE']],
  ] as const)(
    'the shutdown of the collector with atShutdown %j sends %j',
    async (atShutdown, expected) => {
      const { host, requests } = await startGateway();
      const { collector } = makeCollector();
      await collector.addExporter(make({ url: `http://${host}`, atShutdown }));
      await collector.initialize();
      await collector.shutdown();
      expect(requests.map(({ method }) => method)).toEqual(expected);
    },
  );

  it('the shutdown of a PushgatewayExporter deletes its group with atShutdown delete', async () => {
    const { host, requests } = await startGateway();
    const groupings = { instance: 'a' };
    await make({
      url: `http://user:secret@${host}`,
      groupings,
      atShutdown: 'delete',
    }).shutdown();
    expect(requests).toMatchObject([
      {
        method: 'DELETE',
        url: '/metrics/job/import/instance/a',
        headers: { authorization: expect.stringMatching(/^Basic /) },
        body: '',
      },
    ]);
  });

  it('a Pushgateway that hangs delays the shutdown for the timeout at most', async () => {
    const { host } = await startGateway(() => {});
    const exporter = make({
      url: `http://${host}`,
      atShutdown: 'delete',
      timeout: 50,
    });
    await expect(exporter.shutdown()).rejects.toThrow('more than 50 ms');
  });
});

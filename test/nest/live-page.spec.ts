import { Injectable } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import {
  Agent,
  AgentMetrics,
  Counted,
  InFlight,
  MetricsCollector,
  MetricsModule,
  Timed,
} from '../../src/index.js';
import { freePort, waitFor } from '../support/http.js';
import { ADAPTERS, startApp } from './support/app.js';
import { startLiveApp } from './support/live-app.js';

@Agent('Assistant')
@Injectable()
class Assistant {
  @Timed()
  @Counted()
  @InFlight()
  async run(fails: boolean): Promise<number> {
    if (fails) throw new TypeError('no');
    return 1;
  }
}

const live = { interval: 1_000 };

/** Paths of the live page: the page, a file and an answer. */
const PATHS = [
  '/metrics/live',
  '/metrics/live/',
  '/metrics/live/assets/index.js',
  '/metrics/live/api/overview',
  '/metrics/live/api/agent?name=Assistant',
  '/metrics/live/nothing',
];

async function play(assistant: Assistant, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++)
    await assistant.run(i % 4 === 0).catch(() => {});
}

describe.each(ADAPTERS)('on %s, the live page', (_name, adapter) => {
  test('the live page tells the calls and failures that the metrics page counts', async () => {
    const { app, answerWhen, answer, text } = await startLiveApp(
      { imports: [MetricsModule.forRoot({ live })], providers: [Assistant] },
      adapter,
    );
    await play(app.get(Assistant), 20);
    const { agents } = await answerWhen(
      'agents',
      (one) => one.agents[0]?.calls === 20,
    );
    expect(agents).toMatchObject([
      { name: 'Assistant', calls: 20, failed: 5, status: 'failing' },
    ]);
    expect(agents[0]!.recent).toEqual({ calls: 20, failed: 5 });
    const page = await text('/metrics');
    const counted = [
      ...page.matchAll(/^tframex_agent_executions_total\{.*\} (\d+)$/gm),
    ];
    expect(counted.reduce((sum, [, value]) => sum + Number(value), 0)).toBe(20);
    const { findings } = await answer('overview');
    expect(findings).toEqual([
      {
        level: 'bad',
        kind: 'failing',
        subject: 'Assistant',
        facts: { failed: 5, of: 20, error: 'TypeError' },
      },
    ]);
    const { agent } = await answer('agent', { name: 'Assistant' });
    expect(agent!.errors).toMatchObject([{ type: 'TypeError', count: 5 }]);
  });

  test('the live page and its API are refused to whom the metrics page is refused', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            live,
            prometheus: {
              access: { basicAuth: { username: 'ops', password: 'pass' } },
            },
          }),
        ],
      },
      adapter,
    );
    for (const path of PATHS) {
      const refused = await get(path);
      expect(refused.status, path).toBe(401);
      expect(await refused.text(), path).toBe('Unauthorized\n');
    }
    const headers = { authorization: `Basic ${btoa('ops:pass')}` };
    expect((await get('/metrics/live/api/overview', { headers })).status).toBe(
      200,
    );
  });

  test('access and guards of the live page can differ from those of the metrics page', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            live: { ...live, guards: [{ canActivate: () => false }] },
          }),
        ],
      },
      adapter,
    );
    for (const path of PATHS) {
      const refused = await get(path);
      expect([refused.status, await refused.text()], path).toEqual([
        403,
        'Forbidden\n',
      ]);
    }
    expect((await get('/metrics')).status).toBe(200);
  });

  test('the live page follows the path of the metrics page and stays out of a global prefix', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({ live, prometheus: { path: '/ops/numbers' } }),
        ],
      },
      adapter,
      (app) => void app.setGlobalPrefix('api'),
    );
    expect((await get('/ops/numbers/live/api/overview')).status).toBe(200);
    expect((await get('/api/ops/numbers/live/api/overview')).status).toBe(404);
    expect((await get('/metrics/live/api/overview')).status).toBe(404);
  });

  test('a request that the API does not understand gets an error that says so', async () => {
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot({ live })] },
      adapter,
    );
    const errorOf = async (path: string) => {
      const answer = await get(`/metrics/live/api/${path}`);
      return [
        answer.status,
        ((await answer.json()) as { error: string }).error,
      ];
    };
    expect(await errorOf('nothing')).toEqual([
      404,
      expect.stringContaining('overview, agents'),
    ]);
    expect(await errorOf('__proto__')).toEqual([404, expect.any(String)]);
    for (const minutes of ['0', '31', '-1', '1.5', 'x', '']) {
      expect(await errorOf(`overview?minutes=${minutes}`), minutes).toEqual([
        400,
        expect.stringContaining('from 1 to 30'),
      ]);
    }
    expect((await errorOf('overview?since=1'))[0]).toBe(400);
    expect((await errorOf('overview?minutes=1&minutes=2'))[0]).toBe(400);
    expect((await errorOf(`metric?name=${'x'.repeat(5_000)}`))[0]).toBe(400);
  });

  test('only GET and HEAD are answered, with headers that let nothing else in', async () => {
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot({ live })] },
      adapter,
    );
    const path = '/metrics/live/api/overview';
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await get(path, { method })).status).toBe(405);
    }
    const head = await get(path, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    const { headers } = await get(path);
    expect(headers.get('content-security-policy')).toContain(
      "default-src 'none'",
    );
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.get('content-encoding')).toBe('gzip');
  });

  test('an answer that the reader has already is not sent again', async () => {
    const { url } = await startLiveApp(
      // A minute passes until the next sample.
      { imports: [MetricsModule.forRoot({ live: { interval: 60_000 } })] },
      adapter,
    );
    const path = `${url}/metrics/live/api/metrics`;
    await waitFor(async () => {
      const first = await fetch(path);
      await first.text();
      const headers = { 'if-none-match': first.headers.get('etag')! };
      const second = await fetch(path, { headers });
      return second.status === 304 && (await second.text()) === '';
    }, 'a 304');
  });

  test('requests for the live page are not among those that the app measures', async () => {
    const { get, text } = await startApp(
      { imports: [MetricsModule.forRoot({ live, http: true })] },
      adapter,
    );
    for (const path of PATHS) await get(path);
    await get('/metrics/unknown');
    const counts = await waitFor(
      async () =>
        (await text('/metrics')).match(
          /^tframex_http_server_request_duration_seconds_count.*$/gm,
        ),
      'a measured request',
    );
    expect(counts).toEqual([expect.stringContaining('route="unmatched"')]);
    expect(counts![0]).toMatch(/ 1$/);
  });
});

test('the live page is on the port of the metrics page if that has its own', async () => {
  const port = await freePort();
  const { get } = await startApp({
    imports: [
      MetricsModule.forRoot({
        live,
        prometheus: { port, host: '127.0.0.1' },
      }),
    ],
  });
  const own = `http://127.0.0.1:${port}/metrics/live/api`;
  const name = '\u202e'.repeat(400);
  const { status } = await fetch(
    `${own}/agent?name=${encodeURIComponent(name)}`,
  );
  expect(status).toBe(200);
  expect((await get('/metrics/live/api/overview')).status).toBe(404);
});

test('a live page without an agent has rows of none, and no errors', async () => {
  const { answer } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live })],
  });
  const { agents, agentCount, findings } = await answer('overview');
  expect({ agents, agentCount, findings }).toEqual({
    agents: [],
    agentCount: 0,
    findings: [],
  });
  expect((await answer('agent', { name: 'nobody' })).agent).toBeNull();
  expect((await answer('metric', { name: 'nothing' })).metric).toBeNull();
});

test('clearing the metrics begins another history', async () => {
  const { app, answer, answerWhen } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live })],
    providers: [Assistant],
  });
  await play(app.get(Assistant), 3);
  const { history } = await answerWhen(
    'agents',
    ({ agents }) => agents[0]?.calls === 3,
  );
  app.get(MetricsCollector).clearMetrics();
  await play(app.get(Assistant), 2);
  const next = await answerWhen(
    'agents',
    (one) => one.history !== history && one.agents[0]?.calls === 2,
  );
  expect(next.agents).toMatchObject([{ name: 'Assistant', calls: 2 }]);
  expect((await answer('overview')).history).toBe(next.history);
});

test('the calls of agents without @Counted() and @Timed() are their runs', async () => {
  const { app, answerWhen } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live })],
  });
  const metrics = app.get(AgentMetrics);
  for (let i = 0; i < 4; i++) {
    metrics.recordAgentRun({
      agent: 'Writer',
      seconds: 0.15,
      ...(i === 0 && { error: new RangeError('no') }),
    });
  }
  const { agents } = await answerWhen(
    'agents',
    (one) => one.agents[0]?.calls === 4,
  );
  expect(agents).toMatchObject([{ name: 'Writer', calls: 4, failed: 1 }]);
  expect(agents[0]!.duration.p50).toBeCloseTo(0.15, 5);
});

import { get, request as nodeRequest } from 'node:http';
import process from 'node:process';
import OpenAI from 'openai';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { samples } from '../support/collector.js';
import { freePort } from '../support/http.js';
import {
  answerByPath,
  CLIENTS,
  type Send,
  sendByNode,
  serve,
} from './support/clients.js';
import { DURATION, eventually, start } from './support/outgoing.js';

describe.each(CLIENTS)('a request by %s', (client, send: Send) => {
  test.each([
    ['/200', {}, 'GET', 200],
    ['/204', {}, 'GET', 204],
    ['/404', {}, 'GET', 404],
    ['/503', {}, 'GET', 503],
    ['/200', { method: 'HEAD' }, 'HEAD', 200],
    ['/201', { method: 'POST', body: 'new' }, 'POST', 201],
    ['/200', { method: 'PURGE' }, '_OTHER', 200],
    ['/hints', {}, 'GET', 200],
    ['/moved', {}, 'GET', 302],
    ['/200?token=secret', {}, 'GET', 200],
  ])(
    'a request to %s with %o is recorded as %s %i',
    async (path, options, method, status) => {
      const { url, host } = await serve(answerByPath);
      const { collector, countsBecome } = await start();
      for (let i = 0; i < 2; i++) {
        expect(await send(url + path, options)).toBe(status);
      }
      await countsBecome([
        `{host="${host}",method="${method}",status_code="${status}"} 2`,
      ]);
      expect(await collector.metrics()).not.toContain('secret');
    },
  );

  interface Failure {
    path: string;
    status?: number;
    type: string;
    abort?: 'at once' | 'after the head';
    reason?: unknown;
  }

  const reset = client === 'fetch' ? 'UND_ERR_SOCKET' : 'ECONNRESET';

  test.each<[string, Failure]>([
    ['reset before the head', { path: '/resets', type: reset }],
    ['reset in the body', { path: '/half-resets', status: 200, type: reset }],
    [
      'aborted before the head',
      { path: '/hangs', type: 'AbortError', abort: 'at once' },
    ],
    [
      'aborted in the body',
      {
        path: '/half',
        status: 200,
        type: 'AbortError',
        abort: 'after the head',
      },
    ],
    [
      'aborted for a reason that is no error',
      { path: '/hangs', type: 'AbortError', abort: 'at once', reason: 'no 42' },
    ],
  ])(
    'a request that is %s is recorded once, with its error_type',
    async (_name, { path, status, type, abort, reason }) => {
      const controller = new AbortController();
      const { url, host } = await serve((request, response) => {
        if (abort === 'at once') controller.abort(reason);
        answerByPath(request, response);
      });
      const { countsBecome } = await start();
      const sent = send(url + path, {
        signal: controller.signal,
        onHead: () => {
          if (abort === 'after the head') controller.abort(reason);
        },
      });
      await expect(sent).rejects.toBeDefined();
      const status_code = status ? `,status_code="${status}"` : '';
      const failed = `{error_type="${type}",host="${host}",method="GET"${status_code}} 1`;
      await countsBecome([failed]);
      // What comes late would come before the end of another request.
      await send(`${url}/204`);
      await countsBecome([
        failed,
        `{host="${host}",method="GET",status_code="204"} 1`,
      ]);
    },
  );

  test.each<[string, () => Promise<string>, RegExp]>([
    [
      'refused',
      async () => `http://127.0.0.1:${await freePort()}`,
      /^ECONNREFUSED$/,
    ],
    [
      'refused by all addresses of a name',
      async () => `http://localhost:${await freePort()}`,
      /^ECONNREFUSED$/,
    ],
    [
      'for an unknown name',
      async () => 'http://unknown.invalid',
      /^(ENOTFOUND|EAI_AGAIN)$/,
    ],
    [
      'answered with something that is not HTTP',
      async () => `${(await serve(answerByPath)).url}/nonsense`,
      // undici 7 leaves the code out.
      /^(HPE_INVALID_CONSTANT|HTTPParserError)$/,
    ],
    [
      'that takes longer than it may',
      async () => `${(await serve(answerByPath)).url}/hangs`,
      /^TimeoutError$/,
    ],
  ])(
    'a request %s is recorded once, without status',
    async (_name, urlOf, type) => {
      const url = await urlOf();
      const { counts } = await start();
      const signal = AbortSignal.timeout(url.endsWith('/hangs') ? 50 : 30_000);
      await expect(send(url, { signal })).rejects.toBeDefined();
      const only = await eventually(async () => {
        const all = await counts();
        expect(all).toHaveLength(1);
        return all[0]!;
      });
      const [, seen, rest] = /^\{error_type="(\w+)",(.*)$/.exec(only)!;
      expect(seen).toMatch(type);
      expect(rest).toBe(`host="${new URL(url).host}",method="GET"} 1`);
    },
  );

  test('a request is recorded when its body has ended, with the time until then', async () => {
    const now = vi.spyOn(process.hrtime, 'bigint').mockReturnValue(0n);
    onTestFinished(() => now.mockRestore());
    let end = () => {};
    const { url, host } = await serve((_request, response) => {
      response.write('first');
      end = () => response.end('last');
    });
    const { collector, counts, countsBecome } = await start();
    let sent: Promise<number> | undefined;
    await new Promise<void>((onHead) => {
      sent = send(url, { onHead });
    });
    expect(await counts()).toEqual([]);
    now.mockReturnValue(5_000_000_000n);
    end();
    await sent;
    const labels = `{host="${host}",method="GET",status_code="200"}`;
    await countsBecome([`${labels} 1`]);
    expect(await samples(collector, `${DURATION}_sum`)).toEqual([
      `${DURATION}_sum${labels} 5`,
    ]);
  });

  test('a request is recorded once, also among many of which some are aborted', async () => {
    const { url, host } = await serve(answerByPath);
    const { countsBecome } = await start();
    await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => {
        if (i % 10 > 0) return send(`${url}/200`);
        const controller = new AbortController();
        const onHead = () => controller.abort();
        return send(`${url}/half`, { signal: controller.signal, onHead });
      }),
    );
    await countsBecome([
      `{host="${host}",method="GET",status_code="200"} 180`,
      `{error_type="AbortError",host="${host}",method="GET",status_code="200"} 20`,
    ]);
  });
});

describe('fetch()', () => {
  test('each redirect of fetch() is a request of its own', async () => {
    const { url, host } = await serve(answerByPath);
    const { countsBecome } = await start();
    expect((await fetch(`${url}/moved`)).status).toBe(200);
    await countsBecome([
      `{host="${host}",method="GET",status_code="302"} 1`,
      `{host="${host}",method="GET",status_code="200"} 1`,
    ]);
  });

  test('a request of fetch() whose body is cancelled has failed', async () => {
    const { url, host } = await serve(answerByPath);
    const { countsBecome } = await start();
    const response = await fetch(`${url}/half`);
    await response.body!.cancel();
    await countsBecome([
      `{error_type="AbortError",host="${host}",method="GET",status_code="200"} 1`,
    ]);
  });
});

describe('node:http', () => {
  test.each([
    ['response', 'AbortError'],
    ['request', 'ECONNRESET'],
  ])(
    'a request of node:http whose %s is destroyed in the body has failed',
    async (which, type) => {
      const { url, host } = await serve(answerByPath);
      const { countsBecome } = await start();
      const request = get(`${url}/half`, (response) =>
        (which === 'response' ? response : request).destroy(),
      );
      await countsBecome([
        `{error_type="${type}",host="${host}",method="GET",status_code="200"} 1`,
      ]);
    },
  );

  test('a request of node:http keeps its unread body and its uncaught errors', async () => {
    const { url, host } = await serve(answerByPath);
    const { countsBecome } = await start();
    const response = await new Promise<any>((resolve) =>
      get(`${url}/half-resets`, resolve),
    );
    expect(response.listenerCount('error')).toBe(0);
    expect(response.readableFlowing).toBe(null);
    response.resume();
    await countsBecome([
      `{error_type="ECONNRESET",host="${host}",method="GET",status_code="200"} 1`,
    ]);
  });

  test('a request of node:http that becomes another protocol is not recorded', async () => {
    const { url, host } = await serve(answerByPath, (socket) =>
      socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n',
      ),
    );
    const { countsBecome } = await start();
    const headers = { connection: 'upgrade', upgrade: 'chat' };
    await new Promise<void>((resolve) =>
      get(url, { headers }).on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve();
      }),
    );
    await sendByNode(`${url}/204`);
    await countsBecome([`{host="${host}",method="GET",status_code="204"} 1`]);
  });

  // Before 22.12 Node reports a request only when it is written to its end.
  const [major, minor] = process.versions.node.split('.').map(Number);
  const tellsOfCreation = major! > 22 || (major === 22 && minor! >= 12);
  const whereTold = (sample: string) => (tellsOfCreation ? [sample] : []);

  test('a request of node:http is seen before its body is sent, where Node reports it', async () => {
    const closed = `127.0.0.1:${await freePort()}`;
    const { url, host } = await serve((_request, response) => response.end());
    const { countsBecome } = await start();
    const request = nodeRequest(`http://${closed}`, { method: 'POST' });
    const failed = new Promise((resolve) => request.on('error', resolve));
    request.write('the first of many parts');
    await failed;
    await sendByNode(url);
    await countsBecome([
      ...whereTold(
        `{error_type="ECONNREFUSED",host="${closed}",method="POST"} 1`,
      ),
      `{host="${host}",method="GET",status_code="200"} 1`,
    ]);
  });

  test('a request of node:http that is answered before its body is recorded once', async () => {
    const { url, host } = await serve((_request, response) =>
      response.writeHead(413, { connection: 'close' }).end(),
    );
    const { countsBecome } = await start();
    const request = nodeRequest(url, { method: 'POST' });
    request.write('the first of many parts');
    await new Promise<void>((resolve) => {
      request.on('error', () => {});
      request.on('response', (response) =>
        response.resume().on('close', resolve),
      );
    });
    request.end('the last');
    await sendByNode(`${url}/204`);
    await countsBecome([
      ...whereTold(`{host="${host}",method="POST",status_code="413"} 1`),
      `{host="${host}",method="GET",status_code="413"} 1`,
    ]);
  });
});

test('the calls of an agent through the OpenAI SDK are seen, retries and streams included', async () => {
  let attempts = 0;
  let end = () => {};
  const delta = { choices: [{ index: 0, delta: { content: 'Hello' } }] };
  const { url, host } = await serve((_request, response) => {
    if (++attempts === 1) {
      return response.writeHead(500, { 'retry-after-ms': '1' }).end();
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(delta)}\n\n`);
    end = () => response.end('data: [DONE]\n\n');
  });
  const { counts, countsBecome } = await start();
  const openai = new OpenAI({ baseURL: url, apiKey: 'none', maxRetries: 1 });
  const ask = () =>
    openai.chat.completions.create({
      model: 'test',
      messages: [{ role: 'user', content: 'Hello?' }],
      stream: true,
    });
  const labels = `host="${host}",method="POST"`;
  const refused = `{${labels},status_code="500"} 1`;
  const answered = `{${labels},status_code="200"} 1`;

  for await (const chunk of await ask()) {
    expect(chunk).toEqual(delta);
    expect(await counts()).toEqual([refused]);
    end();
  }
  await countsBecome([refused, answered]);

  for await (const _chunk of await ask()) break;
  await countsBecome([
    refused,
    answered,
    `{error_type="AbortError",${labels},status_code="200"} 1`,
  ]);
});

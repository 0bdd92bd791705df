import type { IncomingMessage } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { endDeltas, refuse, serveOpenAi, writeDelta } from './openai-server.js';
import { eventsOf, SampleApp, useOpenAi } from './sample-app.js';

const QUESTION = { input: 'How are the calls of an agent counted?' };

/** A sample app that writes with the model behind an API. */
async function startWith(baseUrl: string): Promise<SampleApp> {
  useOpenAi(baseUrl, 'secret-key', 'test-model');
  return SampleApp.start();
}

const errorsOf = (agent: string) =>
  `tframex_agent_executions_total{agent="${agent}",error_type="UpstreamRefusedError",method="run",status="error"} 1`;

/** For a machine that has much else to do. */
const LONG = { timeout: 20_000 };

describe('with an OpenAI-compatible API', () => {
  test('the model writes the answer from the passages that were found', async () => {
    let asked: { request: IncomingMessage; body: any } | undefined;
    const app = await startWith(
      await serveOpenAi((response, request, body) => {
        asked = { request, body };
        writeDelta(response, 'Once ');
        writeDelta(response, 'each.');
        endDeltas(response);
      }),
    );

    const events = await eventsOf(await app.stream('assistant', QUESTION));

    expect(events).toEqual([
      { event: 'message', data: { delta: 'Once ' } },
      { event: 'message', data: { delta: 'each.' } },
      { event: 'done', data: {} },
    ]);
    expect(asked?.request.url).toBe('/v1/chat/completions');
    expect(asked?.request.headers.authorization).toBe('Bearer secret-key');
    expect(asked?.body).toMatchObject({ model: 'test-model', stream: true });
    expect(asked?.body.messages).toEqual([
      {
        role: 'system',
        content: expect.stringContaining('A counter counts the calls'),
      },
      { role: 'user', content: QUESTION.input },
    ]);
  });

  test('a plain answer is the pieces joined', async () => {
    const app = await startWith(
      await serveOpenAi((response) => {
        writeDelta(response, 'Once ');
        writeDelta(response, 'each.');
        endDeltas(response);
      }),
    );

    const response = await app.post('assistant', QUESTION);

    expect(await response.json()).toEqual({ output: 'Once each.' });
  });

  test.each([401, 429, 500])(
    'a refusal with %i is answered 502 and counted, without a word of the key',
    async (status) => {
      const app = await startWith(
        await serveOpenAi((response) => refuse(response, status)),
      );

      const response = await app.post('assistant', QUESTION);

      expect(response.status).toBe(502);
      const body = await response.text();
      expect(body).toContain(`refused with status ${status}`);
      expect(body).not.toContain('secret-key');
      const counts = await app.recorded('tframex_agent_executions_total');
      expect(counts).toContain(errorsOf('Writer'));
      expect(counts).toContain(errorsOf('Assistant'));
    },
  );

  test('an API that cannot be reached is answered 502', async () => {
    const app = await startWith('http://127.0.0.1:1/v1');

    const response = await app.post('assistant', QUESTION);

    expect(response.status).toBe(502);
    expect(await response.text()).toContain('cannot be reached');
  });

  test('no answer at all is answered 502', async () => {
    const app = await startWith(await serveOpenAi(endDeltas));

    expect((await app.post('assistant', QUESTION)).status).toBe(502);
  });

  test('a stream that breaks off ends with an error event', async () => {
    const app = await startWith(
      await serveOpenAi((response) => {
        writeDelta(response, 'Once ');
        setTimeout(() => response.destroy(), 50);
      }),
    );

    const events = await eventsOf(await app.stream('assistant', QUESTION));

    expect(events).toEqual([
      { event: 'message', data: { delta: 'Once ' } },
      {
        event: 'error',
        data: {
          message: 'The language model API cannot be reached or broke off',
        },
      },
    ]);
    const counts = await app.recorded('tframex_agent_executions_total');
    expect(counts).toContain(errorsOf('Writer'));
  });
});

describe('a client that leaves', () => {
  test.each(['text/event-stream', 'application/json'])(
    'a client that leaves stops the agents and the model, accepting %s',
    async (accept) => {
      let upstreamClosed = false;
      let pieces = 0;
      const app = await startWith(
        await serveOpenAi((response) => {
          const talking = setInterval(() => {
            writeDelta(response, 'more ');
            pieces++;
          }, 10);
          response.once('close', () => {
            clearInterval(talking);
            upstreamClosed = true;
          });
        }),
      );
      const leaving = new AbortController();
      const answer = app
        .post('assistant', QUESTION, {
          accept,
          signal: leaving.signal,
        })
        .then((response) => response.text());

      await vi.waitFor(() => expect(pieces).toBeGreaterThan(5), LONG);
      leaving.abort();

      await expect(answer).rejects.toThrow();
      await vi.waitFor(() => expect(upstreamClosed).toBe(true), LONG);
      await vi.waitFor(async () => {
        const counts = await app.recorded('tframex_agent_executions_total');
        expect(counts).toHaveLength(3);
      }, LONG);
    },
  );
});

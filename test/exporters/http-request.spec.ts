import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  type HttpRequest,
  sendRequest,
} from '../../src/exporters/http-request.js';
import { freePort, listen, waitFor } from '../support/http.js';

/** A back end, and requests to it. */
async function backend(
  answer: (req: IncomingMessage, res: ServerResponse) => void,
) {
  const server = createServer(answer);
  let open = 0;
  server.on('connection', (socket) => {
    open++;
    socket.once('close', () => open--);
  });
  const url = new URL(`http://${await listen(server)}/metrics?a=b`);
  return {
    connections: () => open,
    send: (more: Partial<HttpRequest> = {}) =>
      sendRequest({ method: 'POST', url, headers: {}, body: 'é', ...more }),
  };
}

describe('a request to a back end', () => {
  it('a request resolves to the answer of any status', async () => {
    const { send, connections } = await backend((req, res) => {
      const { method, url, headers } = req;
      req.setEncoding('utf8').once('data', (body) => {
        const asked = [method, url, headers['x-key'], body];
        const length = headers['content-length'];
        res.writeHead(307, { location: '/elsewhere', 'retry-after': '3' });
        res.end(JSON.stringify([...asked, length]));
      });
    });
    const response = await send({ method: 'PUT', headers: { 'x-key': 'k' } });
    const { status, body, retryAfter, headers } = response;
    expect({ status, retryAfter }).toEqual({ status: 307, retryAfter: 3_000 });
    expect(headers.location).toBe('/elsewhere');
    expect(JSON.parse(body.toString())).toEqual([
      'PUT',
      '/metrics?a=b',
      'k',
      'é',
      '2',
    ]);
    await waitFor(() => connections() === 0, 'the end of its connection');
  });

  it('a request reads 64 KiB of an answer that never ends, and closes the connection', async () => {
    const { send, connections } = await backend((_req, res) => {
      const write = () => {
        while (!res.destroyed && res.write('x'.repeat(10_000)));
      };
      res.on('drain', write);
      write();
    });
    const { body } = await send();
    expect(body.toString()).toBe('x'.repeat(64 * 1024));
    await waitFor(() => connections() === 0, 'the end of its connection');
  });

  it.each<[string, (res: ServerResponse) => void]>([
    ['the answer', () => {}],
    ['the rest of the answer', (res) => void res.write('begun')],
  ])(
    'a request fails when its time is over while it waits for %s',
    async (_, answer) => {
      const { send, connections } = await backend((_req, res) => answer(res));
      await expect(send({ timeout: 100 })).rejects.toThrow(
        'The request took more than 100 ms',
      );
      await waitFor(() => connections() === 0, 'the end of its connection');
    },
  );

  it.each([undefined, 10_000])(
    'a request fails with the reason of its signal, whatever its timeout is: %s',
    async (timeout) => {
      const { send } = await backend((_req, res) => void res.write('begun'));
      const aborter = new AbortController();
      const { signal } = aborter;
      const sent = send({ signal, ...(timeout !== undefined && { timeout }) });
      setTimeout(() => aborter.abort(new Error('The app ends')), 50);
      await expect(sent).rejects.toThrow('The app ends');
      await expect(send({ signal })).rejects.toThrow('The app ends');
    },
  );

  it('a request fails if the answer is cut off', async () => {
    const { send } = await backend((_req, res) => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('begun', () => res.destroy());
    });
    await expect(send()).rejects.toThrow('the answer was cut off');
  });

  it('a request fails with the error of the first address if a name has several', async () => {
    const url = new URL(`http://localhost:${await freePort()}`);
    const { send } = await backend(() => {});
    await expect(send({ url })).rejects.toThrow(/^connect ECONNREFUSED/);
  });
});

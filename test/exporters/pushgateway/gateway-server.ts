import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { onTestFinished } from 'vitest';
import { portOf } from '../../support/http.js';

/** What a gateway was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Something that is asked as a Pushgateway is, until the test ends. */
export interface GatewayServer {
  /** `127.0.0.1` and its port. */
  readonly host: string;
  readonly asked: readonly Asked[];
  /** How many connections are open. */
  connections(): Promise<number>;
}

/** @param answer how it answers once it has read a request. */
export async function startGateway(
  answer: (res: ServerResponse) => void = (res) => res.end(),
): Promise<GatewayServer> {
  const asked: Asked[] = [];
  const listener: RequestListener = (req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (text: string) => (body += text));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      asked.push({ method, url, headers, body });
      answer(res);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  );
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    host: `127.0.0.1:${portOf(server)}`,
    asked,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) =>
          error === null ? resolve(count) : reject(error),
        ),
      ),
  };
}

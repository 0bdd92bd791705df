import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { onTestFinished } from 'vitest';
import { portOf } from '../../support/http.js';

/** A request that the gateway has received. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server in place of a Pushgateway, until the test ends. */
export interface GatewayServer {
  /** `127.0.0.1` and its port. */
  readonly host: string;
  readonly requests: readonly ReceivedRequest[];
  /** The number of open connections. */
  connections(): Promise<number>;
}

/** @param answer answers a request that was read. */
export async function startGateway(
  answer: (res: ServerResponse) => void = (res) => res.end(),
): Promise<GatewayServer> {
  const requests: ReceivedRequest[] = [];
  const listener: RequestListener = (req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (text: string) => (body += text));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      requests.push({ method, url, headers, body });
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
    requests,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) =>
          error === null ? resolve(count) : reject(error),
        ),
      ),
  };
}

import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Sending {
  method?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Sends requests over connections that are kept, until the test ends. */
export class HttpClient {
  private readonly agent: Agent;

  constructor(
    private readonly origin: string,
    maxSockets = Infinity,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets });
    onTestFinished(() => this.close());
  }

  /** Closes the connections. */
  close(): void {
    this.agent.destroy();
  }

  /** Sends a request and reads the answer to its end. */
  async send(path: string, sending: Sending = {}): Promise<Answer> {
    const response = await this.open(path, sending);
    const body = await text(response);
    const { statusCode: status = 0, headers } = response;
    return { status, headers, body };
  }

  /** Sends requests one after the other. */
  async sendAll(
    requests: readonly (string | [path: string, sending: Sending])[],
  ): Promise<void> {
    for (const request of requests) {
      const [path, sending] = [request].flat() as [string, Sending?];
      await this.send(path, sending);
    }
  }

  /** Leaves in the middle: as soon as `when` settles, or as soon as there is something of an answer. */
  async abort(path: string, when?: Promise<unknown>): Promise<void> {
    const req = request(this.origin + path, { agent: this.agent });
    const closed = new Promise((resolve) => req.once('close', resolve));
    req.on('error', () => {});
    const answered = new Promise((resolve) =>
      req.once('response', (response) => response.once('data', resolve)),
    );
    req.end();
    await (when ?? answered);
    req.destroy();
    await closed;
  }

  private open(path: string, sending: Sending): Promise<IncomingMessage> {
    const { method = 'GET', headers = {}, body = '' } = sending;
    return new Promise((resolve, reject) => {
      const length =
        body === '' || 'transfer-encoding' in headers
          ? {}
          : { 'content-length': `${Buffer.byteLength(body)}` };
      const options = {
        agent: this.agent,
        method,
        headers: { ...length, ...headers },
      };
      request(this.origin + path, options)
        .once('response', resolve)
        .once('error', reject)
        .end(body);
    });
  }
}

/** A connection that says just this. Destroyed when the test ends, if not before. */
export async function rawConnection(
  origin: string,
  words: string,
): Promise<Socket> {
  const { port, hostname } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.write(words, resolve));
  return socket;
}

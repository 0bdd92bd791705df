import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** What Node tells of the head of each answer that the process gets. */
const ANSWERS = 'http.client.response.finish';

/** Characters of an answer that are read: many times those that a Pushgateway says. */
const MAX_ANSWER = 65_536;

/**
 * The connection of one request, which ends with it. Beside what prom-client's client
 * does, it looks at the headers of the answer, and bounds it.
 */
export class GatewayConnection {
  /** What the request is to be made with. */
  readonly agent: Agent;
  /** Rejects, as the client would have it, if the answer is too long, with its beginning. */
  readonly overlong: Promise<never>;
  /** The headers of the answer, once there is one. */
  headers: IncomingHttpHeaders = {};
  private socket: Socket | undefined = undefined;
  private reject!: (error: Error) => void;

  /** @param holdsProcess whether the process lives on for it. */
  constructor(
    isHttps: boolean,
    private readonly holdsProcess: boolean,
  ) {
    this.agent = isHttps ? new HttpsAgent() : new Agent();
    const connect = this.agent.createConnection.bind(this.agent);
    this.agent.createConnection = (...args) =>
      this.opened(connect(...args) as Socket);
    this.overlong = new Promise((_resolve, reject) => (this.reject = reject));
    // Nobody may be waiting for it.
    this.overlong.catch(() => {});
    subscribe(ANSWERS, this.answered);
  }

  /** To be called when the request is over. */
  end(): void {
    unsubscribe(ANSWERS, this.answered);
  }

  private opened(socket: Socket): Socket {
    this.socket = socket;
    if (this.holdsProcess) return socket;
    // Of several addresses of a name each has been tried with a handle of its own.
    return socket.unref().once('connect', () => socket.unref());
  }

  /** Called for all answers. What it throws would end the process. */
  private readonly answered = (message: unknown): void => {
    const { response } = message as { response: IncomingMessage };
    if (response.socket !== this.socket) return;
    this.headers = response.headers;
    let text = '';
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length <= MAX_ANSWER) return;
      response.destroy();
      this.reject(
        new Error(`push failed with status ${response.statusCode}, ${text}`),
      );
    });
  };
}

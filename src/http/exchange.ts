import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { type Instant, instant, secondsSince } from '../core/clock.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import type { Content } from '../exposition/content.js';
import type { ScrapeLimits } from './limits.js';
import { acceptsGzip } from './negotiate.js';
import type { Resource } from './resources.js';

/** The share of a scraper's timeout that is kept free, so that the answer arrives before the scraper gives up. */
const MARGIN = 0.1;

/** The least margin, in milliseconds. */
const MIN_MARGIN = 50;

/** Milliseconds that an answer has in any case, however short a timeout the request names. */
const MIN_TIME = 250;

/** Bytes from which on compression pays off. */
const COMPRESS_FROM = 1_024;

/** Headers of every answer: it is not cached, and no browser takes it for markup. */
const COMMON_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** Headers of a 503 for a request that can be repeated a little later. */
export const RETRY_SOON: OutgoingHttpHeaders = { 'Retry-After': '1' };

/** A request and its response as the app's framework passes them to guards. */
export interface FrameworkPair {
  readonly request: unknown;
  readonly response: unknown;
  /** Copies the headers that were set on the framework's response to Node's. */
  readonly copyHeaders: () => void;
}

/** A request as a server received it, with the response to it. */
export interface ReceivedRequest {
  /** The resource that is requested. */
  readonly resource: Resource;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The address that the request comes from, as far as proxies are trusted. */
  readonly client: string | undefined;
  /** What guards receive. Default: `req` and `res`. */
  readonly framework?: FrameworkPair | undefined;
}

/**
 * A request and its response, with two time limits: the answer must begin before
 * the deadline, and then the client must receive it within `scrapeTimeout`.
 */
// Why: docs/decisions/endpoints.md, "A request travels as one exchange".
export class Exchange implements ReceivedRequest {
  readonly resource: Resource;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly client: string | undefined;
  readonly framework: FrameworkPair | undefined;
  /** Milliseconds from the start until the answer must begin. */
  private readonly timeToBegin: number;
  private readonly start: Instant = instant();
  /** Resolves when the client has the answer, is gone, or was dropped because it was too slow. */
  private readonly received: Promise<void>;
  private resolveReceived!: () => void;
  private hasBegun = false;
  private timer: NodeJS.Timeout;

  /** @param onOverdue is called if the answer has not begun at the deadline. */
  constructor(
    { resource, req, res, client, framework }: ReceivedRequest,
    private readonly limits: ScrapeLimits,
    onOverdue: (exchange: Exchange) => void,
  ) {
    this.resource = resource;
    this.req = req;
    this.res = res;
    this.client = client;
    this.framework = framework;
    // Only scrapers say how long they wait.
    this.timeToBegin =
      resource === 'metrics'
        ? timeToBegin(req, limits.scrapeTimeout)
        : limits.scrapeTimeout;
    this.received = new Promise((resolve) => (this.resolveReceived = resolve));
    this.timer = setTimeout(() => onOverdue(this), this.timeToBegin);
  }

  /** Milliseconds until the deadline; 0 from then on. */
  get timeLeft(): number {
    const passed = secondsSince(this.start) * 1_000;
    return Math.max(0, this.timeToBegin - passed);
  }

  /** Whether there is nothing left to answer: an answer has begun, or the client has hung up. */
  get isAnswered(): boolean {
    return isAnswered(this.res);
  }

  /** Answers with a short text, unless the request is answered already. */
  sendText(
    status: number,
    text: string,
    headers: OutgoingHttpHeaders = {},
  ): void {
    if (this.isAnswered) return;
    this.begin(status, textHeaders(text, headers));
    this.finish(text);
  }

  /**
   * Answers with content, compressed if the client accepts it and it pays off. Ends
   * when the client has received the answer, or is gone. Never rejects.
   *
   * @param headers take the place of the usual ones.
   */
  async send(
    status: number,
    type: string,
    content: Content,
    headers: OutgoingHttpHeaders = {},
  ): Promise<void> {
    const isCompressed =
      content.length >= COMPRESS_FROM &&
      acceptsGzip(this.req.headers['accept-encoding']);
    if (isCompressed) content = await content.compressed();
    if (this.isAnswered) return;
    this.begin(status, {
      'Content-Type': type,
      'Content-Length': content.length,
      ...COMMON_HEADERS,
      Vary: 'Accept, Accept-Encoding',
      ...headers,
      ...(isCompressed && { 'Content-Encoding': 'gzip' }),
    });
    if (this.req.method === 'HEAD') return this.finish();
    // A scraper that hangs up in the middle is no error of ours.
    this.write(content).catch(() => void this.res.destroy());
    await this.received;
  }

  /** Answers that what the client has is still valid (RFC 9110, section 15.4.5). */
  sendNotModified(headers: OutgoingHttpHeaders): void {
    if (this.isAnswered) return;
    this.begin(304, { ...COMMON_HEADERS, ...headers });
    this.finish();
  }

  /** Cancels the deadline. An answer that has begun keeps its time limit. */
  end(): void {
    if (!this.hasBegun) clearTimeout(this.timer);
  }

  /** Sends the headers. From now on the time to receive the answer runs. */
  private begin(status: number, headers: OutgoingHttpHeaders): void {
    const { req, res } = this;
    res.writeHead(status, headers);
    this.hasBegun = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      req.socket.destroy();
      this.resolveReceived();
    }, this.limits.scrapeTimeout);
    // An answer that waits behind others on a closed connection gets no event.
    this.timer.unref();
    res.once('close', this.endReceiving);
  }

  private finish(text?: string): void {
    this.res.once('finish', this.endReceiving);
    this.res.end(text);
  }

  private readonly endReceiving = (): void => {
    clearTimeout(this.timer);
    this.resolveReceived();
  };

  /** Writes content to its end. Never settles if the client leaves. */
  // Why: docs/decisions/endpoints.md, "A response has at most three listeners".
  private async write(content: Content): Promise<void> {
    const { res } = this;
    for await (const chunk of content) {
      if (res.destroyed || res.writableEnded) return;
      if (res.write(chunk) === false) {
        await new Promise((resolve) => res.once('drain', resolve));
      }
    }
    this.finish();
  }
}

/** Answers a request that is for no resource with a short text, unless it is answered already. */
export function sendText(
  res: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (isAnswered(res)) return;
  res.writeHead(status, textHeaders(text, headers));
  res.end(text);
}

/**
 * Milliseconds until the answer to a scrape must begin. Prometheus sends its timeout in
 * `X-Prometheus-Scrape-Timeout-Seconds`. Any client can send that header, so a very
 * short timeout counts as a quarter of a second.
 */
export function timeToBegin(
  { headers }: IncomingMessage,
  scrapeTimeout: number,
): number {
  const header = String(headers['x-prometheus-scrape-timeout-seconds'] ?? '');
  const timeout = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1_000 : 0;
  if (timeout === 0) return scrapeTimeout;
  const ours = Math.min(timeout * (1 - MARGIN), timeout - MIN_MARGIN);
  return Math.min(scrapeTimeout, Math.max(ours, MIN_TIME));
}

function isAnswered(res: ServerResponse): boolean {
  return res.headersSent || res.destroyed;
}

function textHeaders(
  text: string,
  headers: OutgoingHttpHeaders,
): OutgoingHttpHeaders {
  return {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...COMMON_HEADERS,
    ...headers,
  };
}

import type { PageRenderer } from '../exposition/page-renderer.js';
import type {
  AccessPolicy,
  Refusal,
  RefusalReason,
} from './access/access-policy.js';
import { Exchange, type ReceivedRequest, RETRY_SOON } from './exchange.js';
import type { HealthResponder } from './health-responder.js';
import { MAX_NAMES, type ScrapeLimits } from './limits.js';
import { type Formats, negotiate } from './negotiate.js';
import { requestedNames, type Resource } from './resources.js';

/** Receives what happens to requests that are not answered as asked. */
export interface ScrapeListener {
  /** A request could not be answered because of an error in the module or in the app. */
  failed(error: unknown): void;
  /** A request was refused: by the {@link AccessPolicy}, at its deadline, or because too many scrapes ran. */
  refused(resource: Resource, reason: AnyReason): void;
}

/** The reason of a refusal: of the policy, or of the handler itself. */
type AnyReason = RefusalReason | 'deadline' | 'limit';

interface AnyRefusal extends Omit<Refusal, 'reason'> {
  readonly reason?: AnyReason;
}

const OVERDUE: AnyRefusal = {
  status: 503,
  text: 'Not ready in time\n',
  headers: RETRY_SOON,
  reason: 'deadline',
};

const TOO_MANY: AnyRefusal = {
  status: 503,
  text: 'Too many scrapes at once\n',
  headers: RETRY_SOON,
  reason: 'limit',
};

/** What a {@link ScrapeHandler} answers from. */
export interface ScrapeContext {
  readonly renderer: PageRenderer;
  readonly formats: Formats;
  readonly health: HealthResponder;
  /** Default: every request is answered. */
  readonly access: AccessPolicy | undefined;
  readonly limits: ScrapeLimits;
  readonly listener: ScrapeListener;
}

/** Answers requests that were allowed. */
export interface Responder {
  respond(exchange: Exchange): Promise<void>;
}

/** Answers requests for the metrics, the health and the live page, on any HTTP server of Node's. */
export class ScrapeHandler {
  /** Answers requests for the live page; `undefined` without such a page. */
  livePage: Responder | undefined = undefined;
  /** Scrapes that are being answered, and those that were refused at their deadline while their page is still rendered. */
  private scrapes = 0;

  constructor(private readonly context: ScrapeContext) {}

  /** Answers a request. Never rejects. */
  async serve(request: ReceivedRequest): Promise<void> {
    const { limits, listener } = this.context;
    const exchange = new Exchange(request, limits, this.refuseOverdue);
    try {
      await this.answer(exchange);
    } catch (error) {
      listener.failed(error);
      exchange.sendText(500, 'Metrics could not be rendered\n');
    } finally {
      exchange.end();
    }
  }

  // Why: docs/decisions/pages.md, "A page is rendered to its end".
  private readonly refuseOverdue = (exchange: Exchange): void => {
    if (!exchange.isAnswered) this.refuse(exchange, OVERDUE);
  };

  private async answer(exchange: Exchange): Promise<void> {
    const { access, health } = this.context;
    const { req, resource } = exchange;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      const headers = { Allow: 'GET, HEAD' };
      return exchange.sendText(405, 'Method not allowed\n', headers);
    }
    const refusal = await access?.check(exchange);
    // The check took too long: the request was refused at its deadline.
    if (exchange.res.headersSent) return;
    if (refusal !== undefined) return this.refuse(exchange, refusal);
    // The client did not wait for the check.
    if (exchange.isAnswered) return;
    if (resource === 'metrics') return this.limited(exchange, this.sendPage);
    if (resource === 'live_page') return this.limited(exchange, this.sendLive);
    // Why: docs/decisions/endpoints.md, "Scrapes are bounded, health is not".
    await health.respond(exchange);
  }

  /** Answers if not too many others are being answered. Only requests that passed the access policy count, so that others do not keep scrapers out. */
  private async limited(
    exchange: Exchange,
    send: (exchange: Exchange) => Promise<void>,
  ): Promise<void> {
    if (this.scrapes >= this.context.limits.maxScrapes) {
      return this.refuse(exchange, TOO_MANY);
    }
    this.scrapes++;
    try {
      await send(exchange);
    } finally {
      this.scrapes--;
    }
  }

  private readonly sendLive = async (exchange: Exchange): Promise<void> => {
    if (this.livePage === undefined) return this.refuse(exchange, OVERDUE);
    await this.livePage.respond(exchange);
  };

  private readonly sendPage = async (exchange: Exchange): Promise<void> => {
    const { renderer, formats } = this.context;
    const { req, timeLeft } = exchange;
    const names = requestedNames(req.url);
    if (names !== undefined && names.length > MAX_NAMES) {
      const text = `At most ${MAX_NAMES} names can be given\n`;
      return exchange.sendText(400, text);
    }
    const format = negotiate(req.headers.accept, formats);
    const page = await renderer.acquire({ format, names, timeLeft });
    try {
      await exchange.send(200, format.contentType, page.content);
    } finally {
      page.release();
    }
  };

  private refuse(
    exchange: Exchange,
    { status, text, headers, reason = 'other' }: AnyRefusal,
  ): void {
    // Why: docs/decisions/security.md, "Refusals are counted and not logged".
    this.context.listener.refused(exchange.resource, reason);
    exchange.sendText(status, text, headers);
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access/access.js';
import { Deadline } from './deadline.js';
import type { HealthResponder } from './health-responder.js';
import { type ScrapeLimits, timeToBegin } from './limits.js';
import type { MetricsResponder } from './metrics-responder.js';
import type { Resource } from './resources.js';
import { isAnswered, sendText, sendUnavailable } from './send.js';

/** Answers HTTP requests for the page and for the health, on any server of Node's. */
export class ScrapeHandler {
  /** How many scrapes are being answered, or were given up while their page is still rendered. */
  private scrapes = 0;

  /**
   * @param onError hears of a request that could not be answered; the client gets a 500, or a 503 if it took too long.
   */
  constructor(
    private readonly metrics: MetricsResponder,
    private readonly health: HealthResponder,
    private readonly access: Access,
    private readonly limits: ScrapeLimits,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * Answers a request. Never rejects.
   *
   * @param client the address that it comes from, as far as proxies are trusted.
   */
  async serve(
    resource: Resource,
    req: IncomingMessage,
    res: ServerResponse,
    client: string | undefined,
  ): Promise<void> {
    const deadline = this.deadline(resource, req, res);
    try {
      if (req.method !== 'GET' && req.method !== 'HEAD') {
        sendText(res, 405, 'Method not allowed\n', { Allow: 'GET, HEAD' });
      } else {
        await this.answer(resource, req, res, client);
      }
    } catch (error) {
      this.onError(error);
      sendText(res, 500, 'Metrics could not be rendered\n');
    } finally {
      deadline.end();
    }
  }

  /** Only scrapers say how long they wait. */
  private deadline(
    resource: Resource,
    req: IncomingMessage,
    res: ServerResponse,
  ): Deadline {
    const { scrapeTimeout } = this.limits;
    const toBegin =
      resource === 'metrics' ? timeToBegin(req, scrapeTimeout) : scrapeTimeout;
    return new Deadline(req, res, { toBegin, toBeTaken: scrapeTimeout }, () => {
      if (res.headersSent || res.destroyed) return;
      this.onError(new Error(`No answer within ${Math.round(toBegin)} ms`));
      sendUnavailable(res, 'Not ready in time\n');
    });
  }

  private async answer(
    resource: Resource,
    req: IncomingMessage,
    res: ServerResponse,
    client: string | undefined,
  ): Promise<void> {
    const refusal = await this.access.refusal(resource, req, client, res);
    // The check took too long, or the client has not waited for it.
    if (isAnswered(res)) return;
    if (refusal !== undefined) {
      const { status, text, headers } = refusal;
      sendText(res, status, text, headers);
    } else if (resource === 'metrics') {
      await this.scrape(req, res);
    } else {
      // Always: who is busy with scrapes is not unhealthy.
      await this.health.respond(resource, req, res);
    }
  }

  /** Only who was let in takes a place, lest others keep it from scrapers. */
  private async scrape(
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    if (this.scrapes >= this.limits.maxScrapes) {
      return sendUnavailable(res, 'Too many scrapes at once\n');
    }
    this.scrapes++;
    try {
      await this.metrics.respond(req, res);
    } finally {
      this.scrapes--;
    }
  }
}

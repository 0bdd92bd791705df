import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessPolicy, RefusalReason } from './access/access-policy.js';
import { Deadline } from './response-deadline.js';
import type { HealthResponder } from './health-responder.js';
import { type ScrapeLimits, timeToBegin } from './limits.js';
import type { MetricsResponder } from './metrics-responder.js';
import type { Resource } from './resources.js';
import { sendText, sendUnavailable } from './send.js';

/** What becomes of requests that are not answered as asked. */
export interface ScrapeReport {
  /** A request could not be answered, which is an error of the module or of the app. */
  failed(error: unknown): void;
  /** A request was turned away: by its {@link AccessPolicy}, because its time was over, or because too many scrapes ran. */
  refused(
    resource: Resource,
    reason: RefusalReason | 'deadline' | 'limit',
  ): void;
}

/** Answers HTTP requests for the page and for the health, on any server of Node's. */
export class ScrapeHandler {
  /** How many scrapes are being answered, or were given up while their page is still rendered. */
  private scrapes = 0;

  constructor(
    private readonly metrics: MetricsResponder,
    private readonly health: HealthResponder,
    private readonly access: AccessPolicy,
    private readonly limits: ScrapeLimits,
    private readonly report: ScrapeReport,
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
        await this.answer(resource, req, res, client, deadline);
      }
    } catch (error) {
      this.report.failed(error);
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
      this.report.refused(resource, 'deadline');
      sendUnavailable(res, 'Not ready in time\n');
    });
  }

  private async answer(
    resource: Resource,
    req: IncomingMessage,
    res: ServerResponse,
    client: string | undefined,
    deadline: Deadline,
  ): Promise<void> {
    const refusal = await this.access.refusal(resource, req, client, res);
    // The check took too long.
    if (res.headersSent) return;
    if (refusal !== undefined) {
      const { status, text, headers, reason = 'other' } = refusal;
      this.report.refused(resource, reason);
      return sendText(res, status, text, headers);
    }
    // The client has not waited for the check.
    if (res.destroyed) return;
    if (resource === 'metrics') return this.scrape(req, res, deadline);
    // Always: an app that is busy with scrapes is not unhealthy.
    await this.health.respond(resource, req, res);
  }

  /** Only requests that were let in take a place, so that others do not keep it from scrapers. */
  private async scrape(
    req: IncomingMessage,
    res: ServerResponse,
    deadline: Deadline,
  ): Promise<void> {
    if (this.scrapes >= this.limits.maxScrapes) {
      this.report.refused('metrics', 'limit');
      return sendUnavailable(res, 'Too many scrapes at once\n');
    }
    this.scrapes++;
    try {
      await this.metrics.respond(req, res, deadline.left);
    } finally {
      this.scrapes--;
    }
  }
}

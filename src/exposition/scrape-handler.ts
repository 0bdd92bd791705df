import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access/access.js';
import type { HealthResponder } from './health-responder.js';
import type { MetricsResponder } from './metrics-responder.js';
import type { Resource } from './resources.js';
import { sendText } from './send.js';

/** Answers HTTP requests for the page and for the health, on any server of Node's. */
export class ScrapeHandler {
  /**
   * @param onError hears of a request that could not be answered; the client gets a 500.
   */
  constructor(
    private readonly metrics: MetricsResponder,
    private readonly health: HealthResponder,
    private readonly access: Access,
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
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return sendText(res, 405, 'Method not allowed\n', {
        Allow: 'GET, HEAD',
      });
    }
    try {
      const refusal = await this.access.refusal(resource, req, client, res);
      if (refusal !== undefined) {
        const { status, text, headers } = refusal;
        return sendText(res, status, text, headers);
      }
      await this.respond(resource, req, res);
    } catch (error) {
      this.onError(error);
      sendText(res, 500, 'Metrics could not be rendered\n');
    }
  }

  private respond(
    resource: Resource,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    return resource === 'metrics'
      ? this.metrics.respond(req, res)
      : this.health.respond(resource, req, res);
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessPolicy } from '../http/access/access-policy.js';
import { ConfiguredPolicy } from '../http/access/configured-policy.js';
import type { Endpoint } from '../http/endpoint.js';
import { type Formats, negotiate } from '../http/negotiate.js';
import { OpenMetricsFormat } from '../exposition/formats/open-metrics.js';
import { TEXT_FORMAT } from '../exposition/formats/text.js';
import type { HealthResponder } from '../http/health-responder.js';
import { MetricsResponder } from '../http/metrics-responder.js';
import type { Page } from '../exposition/page.js';
import { pathsOf, type Resource } from '../http/resources.js';
import { ScrapeHandler } from '../http/scrape-handler.js';
import { ScrapeServer } from '../http/scrape-server.js';
import { serverTlsOf } from '../http/tls/server-tls.js';
import { HEALTH_PATH, type CollectorConfig } from './collector.options.js';
import type { SelfReport } from './self-metrics.js';
import type { CollectorContext } from './collector-context.js';

/** Shows a collector's page and health to those who may see them. */
export class MetricsEndpoint {
  private readonly formats: Formats;
  private readonly page: Page;
  private readonly access: AccessPolicy;
  private readonly handler: ScrapeHandler;
  private readonly endpoint: Endpoint;

  constructor(
    options: CollectorConfig,
    page: Page,
    health: HealthResponder,
    report: SelfReport,
    { endpoint, access }: CollectorContext,
  ) {
    const warn = (message: string) => report.warn(message);
    this.formats = [TEXT_FORMAT, new OpenMetricsFormat(options.createdSamples)];
    this.page = page;
    this.access = access ?? accessOf(options, warn);
    this.handler = new ScrapeHandler(
      new MetricsResponder(this.page, this.formats),
      health,
      this.access,
      options,
      {
        failed: (error) => report.reportError('scrape', error),
        refused: (resource, reason) => report.refused(resource, reason),
      },
    );
    this.endpoint =
      endpoint ??
      new ScrapeServer({
        port: options.port,
        host: options.host,
        paths: pathsOf(options.path, HEALTH_PATH),
        tls: serverTlsOf(options.tls?.reveal(), 'tls', warn),
        warn,
      });
  }

  get running(): boolean {
    return this.endpoint.running;
  }

  get url(): string {
    return this.endpoint.url;
  }

  /**
   * Renders the page as text, in the format for an `Accept` header.
   *
   * @param registered only the metric that is registered under this name. Default: all.
   */
  render(accept: string | undefined, registered?: string): Promise<string> {
    const format = negotiate(accept, this.formats);
    return this.page.render({ format, registered }, (page) => page.text());
  }

  serve(
    resource: Resource,
    req: IncomingMessage,
    res: ServerResponse,
    client: string | undefined,
  ): Promise<void> {
    return this.handler.serve(resource, req, res, client);
  }

  /** To be called before anything is shown. Rejects if a secret cannot be read. */
  async prepare(): Promise<void> {
    await this.access.prepare?.();
  }

  start(): Promise<void> {
    return this.endpoint.start(this.handler);
  }

  stop(): Promise<void> {
    return this.endpoint.stop();
  }
}

/** A collector that stands alone protects its page and its health alike. */
function accessOf(
  { access }: CollectorConfig,
  warn: (message: string) => void,
): AccessPolicy {
  const placed = { options: access?.reveal(), path: 'access' };
  return new ConfiguredPolicy({ metrics: placed, health: placed }, warn);
}

import type { AccessPolicy } from '../http/access/access-policy.js';
import type { ReceivedRequest } from '../http/exchange.js';
import type { Health } from '../health/health.js';
import { HealthResponder } from '../http/health-responder.js';
import { type Formats, negotiate } from '../http/negotiate.js';
import type { PageServer } from '../http/page-server.js';
import { type Responder, ScrapeHandler } from '../http/scrape-handler.js';
import { OpenMetricsFormat } from '../exposition/formats/open-metrics.js';
import { TEXT_FORMAT } from '../exposition/formats/text.js';
import type { PageRenderer } from '../exposition/page-renderer.js';
import type { CollectorConfig } from './collector.options.js';
import type { SelfReport } from './self-metrics.js';

/** The pages of a collector: its metrics, its health and its probes. */
export class MetricsEndpoint {
  private readonly formats: Formats;
  private readonly handler: ScrapeHandler;

  constructor(
    config: CollectorConfig,
    private readonly server: PageServer,
    private readonly renderer: PageRenderer,
    health: Health,
    report: SelfReport,
    private readonly access: AccessPolicy | undefined,
  ) {
    this.formats = [TEXT_FORMAT, new OpenMetricsFormat(config.createdSamples)];
    this.handler = new ScrapeHandler({
      renderer,
      formats: this.formats,
      health: new HealthResponder(health),
      access,
      limits: config,
      listener: {
        failed: (error) => report.reportError('scrape', error),
        refused: (resource, reason) => report.refused(resource, reason),
      },
    });
  }

  /**
   * Renders the page as text, in the format for an `Accept` header.
   *
   * @param registered only the metric that is registered under this name. Default: all.
   */
  async render(
    accept: string | undefined,
    registered?: string,
  ): Promise<string> {
    const format = negotiate(accept, this.formats);
    const page = await this.renderer.acquire({ format, registered });
    try {
      return await page.content.text();
    } finally {
      page.release();
    }
  }

  /** Answers a request. Never rejects. */
  serve(request: ReceivedRequest): Promise<void> {
    return this.handler.serve(request);
  }

  /** Has requests for the live page answered. */
  setLivePage(page: Responder | undefined): void {
    this.handler.livePage = page;
  }

  /** Reads secrets, before any page is served. Rejects if one cannot be read. */
  async prepare(): Promise<void> {
    await this.access?.prepare?.();
  }

  /** Starts to serve the pages. Returns a function that stops serving. */
  async start(): Promise<() => Promise<void>> {
    await this.server.start(this.handler);
    return () => this.server.stop();
  }
}

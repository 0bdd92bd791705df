import type { AccessPolicy } from '../http/access/access-policy.js';
import { ConfiguredPolicy } from '../http/access/configured-policy.js';
import type { ReceivedRequest } from '../http/exchange.js';
import type { HealthResponder } from '../http/health-responder.js';
import { type Formats, negotiate } from '../http/negotiate.js';
import type { PageServer } from '../http/page-server.js';
import { pathsOf } from '../http/resources.js';
import { ScrapeHandler } from '../http/scrape-handler.js';
import { ScrapeServer } from '../http/scrape-server.js';
import { serverTlsOf } from '../http/tls/server-tls.js';
import { OpenMetricsFormat } from '../exposition/formats/open-metrics.js';
import { TEXT_FORMAT } from '../exposition/formats/text.js';
import type { PageRenderer } from '../exposition/page-renderer.js';
import type { CollectorContext } from './collector-context.js';
import { HEALTH_PATH, type CollectorConfig } from './collector.options.js';
import type { SelfReport } from './self-metrics.js';

/** The pages of a collector: its metrics, its health and its probes. */
export class MetricsEndpoint {
  private readonly formats: Formats;
  private readonly access: AccessPolicy;
  private readonly handler: ScrapeHandler;
  private readonly server: PageServer;

  constructor(
    options: CollectorConfig,
    private readonly renderer: PageRenderer,
    health: HealthResponder,
    report: SelfReport,
    { pageServer, access }: CollectorContext,
  ) {
    const warn = (message: string) => report.warn(message);
    this.formats = [TEXT_FORMAT, new OpenMetricsFormat(options.createdSamples)];
    this.access = access ?? policyOf(options, warn);
    this.handler = new ScrapeHandler({
      renderer,
      formats: this.formats,
      health,
      access: this.access,
      limits: options,
      listener: {
        failed: (error) => report.reportError('scrape', error),
        refused: (resource, reason) => report.refused(resource, reason),
      },
    });
    this.server = pageServer ?? serverOf(options, warn);
  }

  get running(): boolean {
    return this.server.running;
  }

  get url(): string {
    return this.server.url;
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

  /** Reads secrets, before any page is served. Rejects if one cannot be read. */
  async prepare(): Promise<void> {
    await this.access.prepare?.();
  }

  /** Starts to serve the pages. @returns stops it. */
  async start(): Promise<() => Promise<void>> {
    await this.server.start(this.handler);
    return () => this.server.stop();
  }
}

/** A collector without an app protects its metrics and its health alike. */
function policyOf(
  { access }: CollectorConfig,
  warn: (message: string) => void,
): AccessPolicy {
  const placed = { options: access?.reveal(), path: 'access' };
  return new ConfiguredPolicy({ metrics: placed, health: placed }, warn);
}

function serverOf(
  { port, host, path, tls }: CollectorConfig,
  warn: (message: string) => void,
): PageServer {
  return new ScrapeServer({
    port,
    host,
    paths: pathsOf(path, HEALTH_PATH),
    tls: serverTlsOf(tls?.reveal(), 'tls', warn),
    warn,
  });
}

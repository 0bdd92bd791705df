import type { IncomingMessage, ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import { type Access, OPEN_ACCESS } from '../exposition/access.js';
import type { Endpoint } from '../exposition/endpoint.js';
import type { HealthStatus } from '../exposition/health-status.js';
import { Page } from '../exposition/page.js';
import { HealthResponder } from '../exposition/health-responder.js';
import { MetricsResponder } from '../exposition/metrics-responder.js';
import { pathsOf } from '../exposition/resources.js';
import { ScrapeHandler } from '../exposition/scrape-handler.js';
import { ScrapeServer } from '../exposition/scrape-server.js';
import { checkIncrement, Counter } from '../model/counter.js';
import { MetricValueError, shown } from '../model/errors.js';
import { checkNumber, Gauge } from '../model/gauge.js';
import { checkObservation, type Histogram } from '../model/histogram.js';
import { NO_LABELS } from '../model/instrument.js';
import { canonicalLabels } from '../model/labels.js';
import type { MetricEventInit } from '../model/metric-event.js';
import { MetricType } from '../model/metric-type.js';
import {
  HEALTH_PATH,
  type PrometheusCollectorOptions,
  type ResolvedCollectorOptions,
  resolveCollectorOptions,
} from './collector.options.js';
import { Families } from './families.js';
import type { AnyInstrument } from './family-factory.js';
import {
  type GaugeOptions,
  type HistogramOptions,
  type InstrumentOptions,
  MetricsCollector,
} from './metrics-collector.js';
import { collectProcessMetrics } from './process-metrics.js';
import { type MetricsLogger, SelfReport } from './self-report.js';

/** What a collector that lives in an app is given by it. */
export interface CollectorSurroundings {
  /** Where scrapes come in. Default: an HTTP server of the collector's own. */
  endpoint?: Endpoint;
  /** Who may ask for what. Default: everybody for everything. */
  access?: Access;
  /** Where warnings go. Default: `console`. */
  logger?: MetricsLogger;
}

/**
 * Keeps metrics for Prometheus to scrape.
 *
 * @example
 * const collector = new PrometheusCollector({ port: 9090 });
 * await collector.initialize(); // http://localhost:9090/metrics and /health
 * collector.counter('requests_total').inc({ method: 'GET' });
 * await collector.shutdown();
 */
export class PrometheusCollector extends MetricsCollector {
  /** The prom-client registry that the metrics are in. */
  readonly registry: Registry;

  private readonly options: ResolvedCollectorOptions;
  private readonly families: Families;
  private readonly report: SelfReport;
  private readonly page: Page;
  private readonly handler: ScrapeHandler;
  private readonly endpoint: Endpoint;
  /** Set while initialized: ends what `initialize()` began. */
  private release: (() => Promise<void>) | undefined = undefined;
  private lastStep: Promise<void> = Promise.resolve();

  /** @throws {OptionsError} naming the option, what was given and what is allowed. */
  constructor(
    options: PrometheusCollectorOptions = {},
    surroundings: CollectorSurroundings = {},
  ) {
    super();
    this.options = resolveCollectorOptions(options);
    this.registry = this.options.registry ?? new Registry();
    this.families = new Families(this.options, this.registry, {
      overflowed: (family) => this.report.overflowed(family),
      collectFailed: ({ name }, error) =>
        this.reportError('gauge_callback', error, `gauge "${name}"`),
    });
    this.report = new SelfReport(
      this.options.namespace,
      surroundings.logger ?? console,
      (name, description) =>
        this.families.obtainExposed(name, MetricType.COUNTER, {
          description,
        }) as Counter,
    );
    this.page = new Page(this.registry, (metric, error) =>
      this.reportError('foreign_metric', error, `metric "${metric}"`),
    );
    this.handler = new ScrapeHandler(
      new MetricsResponder(this.page),
      new HealthResponder(() => this.healthCheck()),
      surroundings.access ?? OPEN_ACCESS,
      (error) => this.reportError('scrape', error),
    );
    this.endpoint =
      surroundings.endpoint ??
      new ScrapeServer({
        ...this.options,
        paths: pathsOf(this.options.path, HEALTH_PATH),
      });
  }

  override record(event: MetricEventInit): void {
    const { name, type, value, labels = NO_LABELS } = event;
    let instrument = this.families.settled(event);
    if (instrument === undefined) {
      checkEvent(event);
      instrument = this.families.obtain(name, type, event);
    }
    if (instrument instanceof Counter) instrument.inc(labels, value);
    else if (instrument instanceof Gauge) instrument.set(labels, value);
    else instrument.observe(labels, value);
  }

  override async sendMetric(event: MetricEventInit): Promise<void> {
    this.record(event);
  }

  override counter(name: string, options?: InstrumentOptions): Counter {
    return this.obtain(name, MetricType.COUNTER, options);
  }

  override gauge(name: string, options?: GaugeOptions): Gauge {
    const gauge = this.obtain<Gauge>(name, MetricType.GAUGE, options);
    if (options?.collect !== undefined) gauge.readThrough(options.collect);
    return gauge;
  }

  override histogram(name: string, options?: HistogramOptions): Histogram {
    return this.obtain(name, MetricType.HISTOGRAM, options);
  }

  override timer(name: string, options?: HistogramOptions): Histogram {
    return this.obtain(name, MetricType.TIMER, options);
  }

  override isDenied(name: string): boolean {
    return this.families.isDenied(name);
  }

  override getMetricCount(): number {
    return this.families.count;
  }

  override clearMetrics(): void {
    this.families.clear();
  }

  override async healthCheck(): Promise<HealthStatus> {
    const { running, url } = this.endpoint;
    return {
      healthy: this.release !== undefined,
      server_running: running,
      metrics_count: this.getMetricCount(),
      endpoint: url,
    };
  }

  /** The metrics page as text, as a scraper would get it. */
  metrics(): Promise<string> {
    return this.page.render((chunks) => Buffer.concat(chunks).toString('utf8'));
  }

  /**
   * Answers a scrape on an HTTP server or framework of the user's own. Never rejects.
   *
   * @param client the address that the request comes from. Default: that of the socket.
   *
   * @example
   * createServer((req, res) => void collector.serveMetrics(req, res)).listen(9100);
   */
  serveMetrics(
    req: IncomingMessage,
    res: ServerResponse,
    client = req.socket.remoteAddress,
  ): Promise<void> {
    return this.handler.serve('metrics', req, res, client);
  }

  /** Answers with {@link healthCheck}: 200 when healthy, 503 when not. Never rejects. */
  serveHealth(
    req: IncomingMessage,
    res: ServerResponse,
    client = req.socket.remoteAddress,
  ): Promise<void> {
    return this.handler.serve('health', req, res, client);
  }

  /** @throws {MetricsServerError} if the port cannot be listened on. */
  override initialize(): Promise<void> {
    return this.inOrder(() => this.open());
  }

  /** Lets running scrapes finish, closes the port and stops observing the process. */
  override shutdown(): Promise<void> {
    return this.inOrder(() => this.close());
  }

  override reportError(
    cause: string,
    error: unknown,
    where?: string,
    subject?: string,
  ): void {
    this.report.error(cause, error, where, subject);
  }

  /** Starting and stopping never overlap, however they are called. */
  private inOrder(step: () => Promise<void>): Promise<void> {
    const done = this.lastStep.then(step);
    this.lastStep = done.catch(() => {});
    return done;
  }

  private async open(): Promise<void> {
    if (this.release !== undefined) return;
    const undo: (() => void | Promise<void>)[] = [];
    const release = async () => {
      for (const step of undo.reverse()) await step();
    };
    try {
      this.join(undo);
      await this.endpoint.start(this.handler);
      undo.push(() => this.endpoint.stop());
    } catch (error) {
      await release();
      throw error;
    }
    this.release = release;
  }

  /** Enters the registry with all there is to be shown. */
  private join(undo: (() => void)[]): void {
    const { registry, defaultMetrics, defaultLabels } = this.options;
    if (registry !== null) {
      undo.push(() => this.families.detach());
      this.families.attach();
    }
    if (defaultMetrics) {
      undo.push(collectProcessMetrics(this.registry, defaultLabels));
    }
  }

  private async close(): Promise<void> {
    const release = this.release;
    this.release = undefined;
    await release?.();
  }

  private obtain<I extends AnyInstrument>(
    name: string,
    type: MetricType,
    options?: HistogramOptions,
  ): I {
    return this.families.obtain(name, type, options) as I;
  }
}

/** Refuses an event as a whole before a metric is made or changed for it. */
function checkEvent(event: MetricEventInit): void {
  const { name, type, value, labels = NO_LABELS } = event;
  if (!Object.values(MetricType).includes(type)) throw unknownType(event);
  canonicalLabels(labels, name);
  if (type === MetricType.COUNTER) checkIncrement(value, name);
  else if (type === MetricType.GAUGE) checkNumber(value, name);
  else checkObservation(value, name);
}

function unknownType({ name, type }: MetricEventInit): MetricValueError {
  return new MetricValueError(
    `The type of metric "${name}" is ${shown(type)}; expected one of ${Object.values(MetricType).join(', ')}`,
  );
}

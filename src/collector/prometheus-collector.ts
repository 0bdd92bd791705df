import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Observable } from 'rxjs';
import type { MetricsExporter } from '../exporters/exporter.js';
import type { MetricsSnapshot } from '../exporters/snapshot.js';
import type { ReceivedRequest } from '../http/exchange.js';
import type { Probe } from '../http/resources.js';
import type { Responder } from '../http/scrape-handler.js';
import type { HealthCheckDefinition } from '../health/health-check.js';
import type { HealthStatus } from '../health/health-status.js';
import type { Counter } from '../model/counter.js';
import type { Gauge } from '../model/gauge.js';
import type { Histogram } from '../model/histogram.js';
import type { MetricEvent, MetricEventInit } from '../model/metric-event.js';
import { MetricType } from '../model/metric-type.js';
import type { PrometheusCollectorOptions } from './collector.options.js';
import type { CollectorParts } from './collector-parts.js';
import { standaloneCollector } from './standalone-collector.js';
import { recordUnready, recordValue } from './event-recording.js';
import { Families } from './families.js';
import { requestInstrument } from './instrument-options.js';
import type { MetricDeclaration } from './metric-declaration.js';
import {
  type GaugeOptions,
  type HistogramOptions,
  type InstrumentOptions,
  MetricsCollector,
} from './metrics-collector.js';
import type { CollectorContext } from './collector-context.js';
import type { CollectorInsight } from './collector-insight.js';

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
  /** The registry of the metrics: the option `registry`, or one of prom-client whose pages are those of scrapes. */
  readonly registry: Registry;

  /** Also in `parts`; a field of its own, as each recording reads it. */
  private readonly families: Families;

  /** @throws {OptionsError} naming the option, what was given and what is allowed. */
  constructor(
    options: PrometheusCollectorOptions = {},
    context: CollectorContext = {},
    private readonly parts: CollectorParts = standaloneCollector(
      options,
      context,
    ),
  ) {
    super();
    this.registry = parts.registry;
    this.families = parts.families;
  }

  override record(event: MetricEventInit): void {
    const known = this.families.findReady(event);
    if (known === undefined) recordUnready(this.families, event);
    else recordValue(known, event.value, event.labels);
  }

  override async sendMetric(event: MetricEventInit): Promise<void> {
    this.record(event);
  }

  override counter(name: string, options?: InstrumentOptions): Counter {
    return this.instrument(name, MetricType.COUNTER, options) as Counter;
  }

  override gauge(name: string, options?: GaugeOptions): Gauge {
    const gauge = this.instrument(name, MetricType.GAUGE, options) as Gauge;
    if (options?.collect !== undefined) gauge.readThrough(options.collect);
    return gauge;
  }

  override histogram(name: string, options?: HistogramOptions): Histogram {
    return this.instrument(name, MetricType.HISTOGRAM, options) as Histogram;
  }

  override timer(name: string, options?: HistogramOptions): Histogram {
    return this.instrument(name, MetricType.TIMER, options) as Histogram;
  }

  /** @internal */
  override declare(metrics: readonly MetricDeclaration[], isLate?: boolean) {
    this.families.declared.add(metrics, isLate);
  }

  /** @internal */
  override isDeclared(name: string, prefixed?: boolean): boolean {
    return this.families.declared.has(name, prefixed);
  }

  override isDenied(name: string): boolean {
    return this.families.filters.isDenied(name);
  }

  override getMetricCount(): number {
    return this.families.count;
  }

  override clearMetrics(): void {
    this.families.clear();
    void this.parts.membership.clear();
    this.parts.healthCheckGauges.show();
    this.parts.exporters.showMetrics();
  }

  override healthCheck(): Promise<HealthStatus> {
    return this.parts.health.status();
  }

  /**
   * Adds a check to the health, and to the gauges `health_check_status` and `health_check_duration_seconds`.
   *
   * @param source where the check comes from, for error messages.
   * @returns a function that removes the check.
   * @throws {OptionsError} if the definition has a mistake, or the name is taken.
   *
   * @example
   * const remove = collector.addHealthCheck({ name: 'queue', check: () => queue.isConnected() });
   */
  addHealthCheck(definition: HealthCheckDefinition, source?: string) {
    return this.parts.healthCheckGauges.add(definition, source);
  }

  /**
   * Adds an exporter. It is started with the collector, or at once if that is initialized.
   *
   * @returns a function that removes the exporter, after a last delivery.
   * @throws {OptionsError} if it is no exporter, or its name is taken; and what its `start()` throws.
   *
   * @example
   * const remove = await collector.addExporter(new OtlpExporter());
   */
  async addExporter(
    exporter: MetricsExporter,
    source = 'addExporter()',
  ): Promise<() => Promise<void>> {
    const remove = await this.parts.exporters.add(exporter, source);
    return () => remove(this.parts.config.flushTimeout);
  }

  /** @internal Whether there are exporters. */
  get hasExporters(): boolean {
    return this.parts.exporters.size > 0;
  }

  override save(): Promise<void> {
    return this.parts.membership.save();
  }

  override restore(): Promise<void> {
    return this.parts.membership.restore();
  }

  override flush(timeout = this.parts.config.flushTimeout): Promise<void> {
    return this.parts.exporters.flush(timeout);
  }

  /**
   * All recordings from now on, as events; each a moment after it was made. The name
   * of an event is the exposed one, its labels are those of the series, and the value
   * of a gauge is what it is now. Each subscriber gets events of its own.
   */
  get events$(): Observable<MetricEvent> {
    return this.parts.exporters.recordings.events$;
  }

  /** All metrics as they are now, as exporters get them. */
  snapshot(): Promise<MetricsSnapshot> {
    return this.parts.snapshots.take();
  }

  /** @internal All metrics that can be read synchronously, as they are now; the others are `unread`. */
  snapshotNow(): MetricsSnapshot {
    return this.parts.snapshots.takeNow();
  }

  /** @internal The types of declared metrics by exposed name, also before their first recording. */
  declaredTypes(): ReadonlyMap<string, MetricType> {
    return this.families.declared.types();
  }

  /** @internal The exposed names that a metric may have that the app calls by this name. */
  exposedNames(name: string): string[] {
    const { families, parts } = this;
    const exposed = [true, false].map((one) => families.exposedName(name, one));
    return [...new Set([name, ...exposed, parts.selfMetrics.nameOf(name)])];
  }

  /**
   * The metrics page as text, as a scraper would get it.
   *
   * @param accept what the scraper would send as `Accept`, e.g. `application/openmetrics-text`.
   *   Default: nothing, which gives the Prometheus text format.
   */
  metrics(accept?: string): Promise<string> {
    return this.parts.endpoint.render(accept);
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
    return this.serve({ resource: 'metrics', req, res, client });
  }

  /** Answers with {@link healthCheck}: 200 when healthy, 503 when not. Never rejects. */
  serveHealth(
    req: IncomingMessage,
    res: ServerResponse,
    client = req.socket.remoteAddress,
  ): Promise<void> {
    return this.serve({ resource: 'health', req, res, client });
  }

  /** Answers a probe: 200 when the process lives or the app is ready, 503 when not. Never rejects. */
  serveProbe(
    probe: Probe,
    req: IncomingMessage,
    res: ServerResponse,
    client = req.socket.remoteAddress,
  ): Promise<void> {
    return this.serve({ resource: probe, req, res, client });
  }

  /** @internal Answers a request. Never rejects. */
  serve(request: ReceivedRequest): Promise<void> {
    return this.parts.endpoint.serve(request);
  }

  /**
   * @throws {MetricsServerError} if the port cannot be listened on.
   * @throws {OptionsError} if a secret, key or certificate cannot be read or used.
   */
  override initialize(): Promise<void> {
    return this.parts.lifecycle.start();
  }

  /** Delivers through exporters for `flushTimeout` at most, waits for running scrapes, and closes the port. */
  override shutdown(): Promise<void> {
    return this.parts.lifecycle.stop();
  }

  /** @internal */
  override onShutdown(close: () => void): void {
    this.parts.lifecycle.onStop(close);
  }

  override reportError(cause: string, error: unknown, where?: string): void {
    this.parts.report.reportError(cause, error, where);
  }

  /** @internal */
  get insight(): CollectorInsight {
    return this.parts.insight;
  }

  /** @internal Has requests for the live page answered; `undefined` for no longer. */
  setLivePage(page: Responder | undefined): void {
    this.parts.endpoint.setLivePage(page);
  }

  private instrument(
    name: string,
    type: MetricType,
    options: (GaugeOptions & HistogramOptions) | undefined,
  ) {
    return requestInstrument(this.families, name, type, options);
  }
}

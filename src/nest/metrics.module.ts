import {
  type DynamicModule,
  Inject,
  Module,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { MetricsCollector } from '../collector/metrics-collector.js';
import { PrometheusCollector } from '../collector/prometheus-collector.js';
import { AppRoutes } from './routes/app-routes.js';
import { featureModule } from './features/feature.module.js';
import type { MetricDefinition } from './features/metric-definition.js';
import { logPages } from './routes/page-log.js';
import { MetricsHealthIndicator } from './metrics-health.indicator.js';
import { ReadinessModule } from './readiness.module.js';
import { pathsOf } from '../http/resources.js';
import { ScrapeServer } from '../http/scrape-server.js';
import type { LivePage } from '../live/live-page.js';
import { AgentMetrics } from '../instrumentation/gen-ai/agent-metrics.js';
import { AppHealthChecks } from './explorers/app-health-checks.js';
import { HttpClientMetrics } from '../instrumentation/http-client/http-client.js';
import { warningOfMinifiedNames } from './explorers/minified-names.js';
import { HttpInstrumentation } from '../instrumentation/http-server/http-instrumentation.js';
import { LazyModules } from './explorers/lazy-modules.js';
import {
  ConfigurableModuleClass,
  type MetricsModuleAsyncOptions,
  type MetricsModuleOptions,
} from './metrics.module-definition.js';
import {
  type MetricsConfig,
  resolveMetricsOptions,
} from './metrics.options.js';
import { configuredExporters, MetricsExporters } from './metrics.exporters.js';
import { OptionsError } from '../core/errors.js';
import {
  FEATURE_METRICS,
  HANDLER_METRICS,
  INSTRUMENTATION,
} from '../core/shared-state.js';
import {
  checkInjected,
  checkSingleImport,
  missingInstruments,
} from './metrics.imports.js';
import {
  logger,
  OPTIONS,
  PAGE_SERVER,
  providers,
  serverOf,
  warn,
} from './metrics.providers.js';
import { OtherCopies, withAliases } from './other-copies.js';

/** What apps inject. */
const PROVIDED = [
  PrometheusCollector,
  MetricsCollector,
  MetricsHealthIndicator,
  MetricsExporters,
  AgentMetrics,
];

function injectedBy({ inject = [], useClass }: MetricsModuleAsyncOptions) {
  const types: unknown =
    useClass && Reflect.getMetadata('design:paramtypes', useClass);
  return [...inject, ...((types as unknown[] | undefined) ?? [])];
}

/**
 * Metrics for a NestJS app: `MetricsModule.forRoot()` once, in the root module.
 * Example: `imports: [MetricsModule.forRoot({ namespace: 'tframex', subsystem: 'api' })]`.
 */
@Module({
  imports: [ReadinessModule],
  providers,
  exports: [...PROVIDED, INSTRUMENTATION, HANDLER_METRICS, FEATURE_METRICS],
})
export class MetricsModule
  extends ConfigurableModuleClass
  implements
    NestModule,
    OnModuleInit,
    OnApplicationBootstrap,
    OnApplicationShutdown
{
  private readonly httpClient: HttpClientMetrics | undefined;
  private readonly http: HttpInstrumentation | undefined;
  private readonly otherCopies: OtherCopies;
  private readonly healthChecks: AppHealthChecks;
  private livePage: LivePage | undefined = undefined;

  constructor(
    @Inject(OPTIONS) private readonly options: MetricsConfig,
    @Inject(PAGE_SERVER) private readonly pageServer: AppRoutes | ScrapeServer,
    @Inject(MetricsCollector) private readonly collector: MetricsCollector,
    @Inject(PrometheusCollector)
    private readonly prometheus: PrometheusCollector,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(LazyModules) private readonly lazyModules: LazyModules,
    @Inject(MetricsExporters) private readonly exporters: MetricsExporters,
    @Inject(AgentMetrics) { context }: AgentMetrics,
  ) {
    super();
    this.healthChecks = new AppHealthChecks(prometheus);
    const { enabled, http, httpClient } = options;
    if (enabled) checkSingleImport(modules, MetricsModule);
    const warnOfCopies = enabled ? warn : undefined;
    this.otherCopies = new OtherCopies(this, modules, warnOfCopies);
    if (enabled && http !== undefined) {
      this.http = new HttpInstrumentation(collector, http, adapterHost);
    }
    if (enabled && httpClient !== undefined) {
      this.httpClient = new HttpClientMetrics(collector, httpClient, context);
    }
  }

  /**
   * The module with fixed options, for the `imports` of the root module.
   *
   * @param options Default: none. The page is at `/metrics`, and names begin with `tframex_`.
   * @throws {OptionsError} naming the option, what was given and what is allowed.
   */
  static override forRoot(options: MetricsModuleOptions = {}): DynamicModule {
    const { isGlobal: _isGlobal, ...metrics } = options;
    // Checked again when the module is made, as all options are; here the stack leads to the mistake.
    resolveMetricsOptions(metrics);
    return withAliases(super.forRoot(options));
  }

  /**
   * The module with options that a factory or a provider returns, e.g. a `ConfigService`.
   *
   * @throws {OptionsError} unless exactly one of `useFactory`, `useClass` and `useExisting` is given.
   */
  static override forRootAsync(
    options: MetricsModuleAsyncOptions,
  ): DynamicModule {
    const { useFactory, useClass, useExisting } = options ?? {};
    const given = [useFactory, useClass, useExisting].filter(Boolean);
    if (given.length !== 1) {
      throw new OptionsError(
        `forRootAsync() was given ${given.length} of useFactory, useClass and useExisting; expected exactly one`,
      );
    }
    checkInjected(injectedBy(options), PROVIDED);
    return withAliases(super.forRootAsync(options));
  }

  /**
   * Provides metrics for `@InjectCounter()`, `@InjectGauge()` and `@InjectHistogram()`, for the
   * `imports` of the module that uses them. The root module imports `forRoot()`.
   *
   * @throws {OptionsError} if one of them is no definition. The app does not start, with a
   *   {MetricConflictError}, if a name is defined in two ways.
   *
   * Example: `imports: [MetricsModule.forFeature([counter('orders_total', { description: 'Orders' })])]`.
   */
  static forFeature(definitions: readonly MetricDefinition[]): DynamicModule {
    return featureModule(definitions);
  }

  /** Called after the user's `app.use()` and before Nest puts its routes on the adapter. */
  configure(): void {
    const { httpAdapter } = this.adapterHost;
    if (this.pageServer instanceof AppRoutes)
      this.pageServer.mount(httpAdapter);
    this.http?.beforeRoutes(this.modules, httpAdapter);
  }

  /**
   * Starts the collector, its exporters and the health checks. Nest calls it.
   *
   * @throws {MetricsError} if an option, an exporter or the server on `prometheus.port` cannot be used.
   */
  async onModuleInit(): Promise<void> {
    this.otherCopies.checkModules();
    if (this.options.enabled) this.checkNames();
    this.http?.afterRoutes();
    this.healthChecks.start(this.options.health.checks, this.modules.values());
    this.lazyModules.onLoad((modules) => this.healthChecks.addLate(modules));
    await this.addExporters();
    const page = await this.loadLivePage();
    await this.prometheus.initialize();
    page?.start();
    await this.startReplacement();
    this.httpClient?.start();
  }

  /**
   * Logs where the pages are. Nest calls it.
   *
   * @throws {OptionsError} if the app has a route of its own on the path of a page.
   */
  onApplicationBootstrap(): void {
    if (this.pageServer instanceof AppRoutes) this.pageServer.checkConflicts();
    this.tellWhere();
  }

  /** Delivers what exporters still have, and stops all measuring. Nest calls it. */
  async onApplicationShutdown(): Promise<void> {
    this.otherCopies.close();
    this.healthChecks.stop();
    this.httpClient?.stop();
    this.http?.close();
    await this.livePage?.stop();
    await this.prometheus.shutdown();
    await this.replacement?.shutdown?.();
  }

  /** The object by which a test has replaced the collector, if it has. It may have only a few methods of a collector. */
  private get replacement(): Partial<MetricsCollector> | undefined {
    const { collector, prometheus } = this;
    return collector === prometheus ? undefined : collector;
  }

  private async loadLivePage(): Promise<LivePage | undefined> {
    const { live } = this.options;
    if (live === undefined) return undefined;
    // Imported here: an app without the option does not load it.
    const { LivePage } = await import('../live/live-page.js');
    this.livePage = new LivePage(live, this.prometheus.insight, warn);
    this.prometheus.setLivePage(this.livePage);
    return this.livePage;
  }

  private async startReplacement(): Promise<void> {
    const { replacement } = this;
    if (replacement === undefined) return;
    const warning = missingInstruments(replacement);
    if (warning !== undefined) warn(warning, 'replaced_collector');
    await replacement.initialize?.();
  }

  /** Logs where the pages are, or warns that the metrics go nowhere. */
  private tellWhere(): void {
    const { enabled, processes, prometheus, health, live } = this.options;
    const server = serverOf(this.adapterHost);
    const isOnApp = this.pageServer instanceof AppRoutes;
    if (!isOnApp || server !== undefined) {
      const metrics = enabled && prometheus.path;
      const paths = pathsOf(metrics, health.path, live?.path);
      const { pageServer } = this;
      logPages(paths, isOnApp ? server : undefined, pageServer, (message) =>
        logger.log(message),
      );
    } else if (
      enabled &&
      prometheus.path !== false &&
      !processes &&
      !this.prometheus.hasExporters
    ) {
      warn(
        'The metrics are neither served nor exported: this application has no HTTP server. Set prometheus.port, or an exporter such as otlp, statsd or pushgateway',
        'not_served',
      );
    }
  }

  private checkNames(): void {
    const { interceptor } = this.options;
    const warning = warningOfMinifiedNames(this.modules, interceptor);
    if (warning !== undefined) warn(warning, 'minified_names');
  }

  private async addExporters(): Promise<void> {
    const { exporters } = this;
    for (const one of configuredExporters(this.options, this.prometheus)) {
      await exporters.add(one, one.name);
    }
    for (const [i, one] of this.options.exporters.entries()) {
      await exporters.add(one, `exporters[${i}]`);
    }
  }
}

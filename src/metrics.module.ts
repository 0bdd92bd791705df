import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import {
  ApplicationConfig,
  ExternalContextCreator,
  HttpAdapterHost,
  ModulesContainer,
} from '@nestjs/core';
import { MetricsCollector } from './collector/metrics-collector.js';
import { PrometheusCollector } from './collector/prometheus-collector.js';
import { AppRoutes } from './endpoints/app-routes.js';
import { pathsOf } from './exposition/resources.js';
import { ScrapeServer } from './exposition/scrape-server.js';
import { HandlerMetrics } from './instrumentation/transports/handler-metrics.js';
import { HttpClientMetrics } from './instrumentation/http-client/http-client.js';
import { HttpInstrumentation } from './instrumentation/http-server/http-instrumentation.js';
import { Instrumentation } from './instrumentation/instrumentation.js';
import { ProviderBinder } from './instrumentation/provider-binder.js';
import { Transports } from './instrumentation/transports/transports.js';
import {
  ConfigurableModuleClass,
  type MetricsModuleAsyncOptions,
  type MetricsModuleOptions,
  MODULE_OPTIONS_TOKEN,
} from './metrics.module-definition.js';
import {
  type MetricsOptions,
  type ResolvedMetricsOptions,
  resolveMetricsOptions,
} from './metrics.options.js';
import { OptionsError } from './model/errors.js';

/** The checked options, inside the module. */
const OPTIONS = Symbol('nestjs-agent-metrics:options');

/** Where scrapes come in: routes on the app, or a server of their own. */
const ENDPOINT = Symbol('nestjs-agent-metrics:endpoint');

const providers: Provider[] = [
  {
    provide: OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (options: MetricsOptions) => resolveMetricsOptions(options),
  },
  { provide: ENDPOINT, inject: [OPTIONS], useFactory: endpointOf },
  {
    provide: PrometheusCollector,
    inject: [OPTIONS, ENDPOINT],
    useFactory: collectorOf,
  },
  { provide: MetricsCollector, useExisting: PrometheusCollector },
  {
    provide: Instrumentation,
    inject: [OPTIONS, MetricsCollector],
    useFactory: ({ enabled }: ResolvedMetricsOptions, to: MetricsCollector) =>
      enabled ? new Instrumentation(to) : undefined,
  },
  {
    provide: HandlerMetrics,
    inject: [OPTIONS, MetricsCollector],
    useFactory: ({ enabled }: ResolvedMetricsOptions, to: MetricsCollector) =>
      enabled ? new HandlerMetrics(to) : undefined,
  },
  {
    provide: Transports,
    inject: [
      OPTIONS,
      HandlerMetrics,
      ApplicationConfig,
      ModulesContainer,
      ExternalContextCreator,
    ],
    useFactory: (
      { interceptor }: ResolvedMetricsOptions,
      handlers: HandlerMetrics | undefined,
      ...nest: [ApplicationConfig, ModulesContainer, ExternalContextCreator]
    ) =>
      interceptor && handlers !== undefined
        ? new Transports(handlers, ...nest)
        : undefined,
  },
  ProviderBinder,
];

/**
 * Metrics for a NestJS app: `MetricsModule.forRoot()` once, in the root module.
 *
 * @example
 * @Module({
 *   imports: [MetricsModule.forRoot({ namespace: 'tframex', subsystem: 'api' })],
 *   providers: [AssistantAgent],
 * })
 * export class AppModule {}
 */
@Module({
  providers,
  exports: [
    PrometheusCollector,
    MetricsCollector,
    Instrumentation,
    HandlerMetrics,
  ],
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

  constructor(
    @Inject(OPTIONS) private readonly options: ResolvedMetricsOptions,
    @Inject(ENDPOINT) private readonly endpoint: AppRoutes | ScrapeServer,
    @Inject(MetricsCollector) private readonly collector: MetricsCollector,
    @Inject(PrometheusCollector)
    private readonly prometheus: PrometheusCollector,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {
    super();
    const { enabled, http, httpClient } = options;
    if (enabled && http !== undefined) {
      this.http = new HttpInstrumentation(collector, http, adapterHost);
    }
    if (enabled && httpClient !== undefined) {
      this.httpClient = new HttpClientMetrics(collector, httpClient);
    }
  }

  /** @throws {OptionsError} naming the option, what was given and what is allowed. */
  static override forRoot(options: MetricsModuleOptions = {}): DynamicModule {
    const { isGlobal: _isGlobal, ...metrics } = options;
    // Checked again when the module is made, as all options are; here the stack leads to the mistake.
    resolveMetricsOptions(metrics);
    return super.forRoot(options);
  }

  /** @throws {OptionsError} unless one of `useFactory`, `useClass` and `useExisting` is given. */
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
    return super.forRootAsync(options);
  }

  /** Called after the user's `app.use()` and before Nest puts its routes on the adapter. */
  configure(): void {
    if (this.options.enabled && this.endpoint instanceof AppRoutes) {
      this.endpoint.mount(this.adapterHost.httpAdapter);
    }
    this.http?.routesAreComing(this.modules);
  }

  async onModuleInit(): Promise<void> {
    if (!this.options.enabled) return;
    this.http?.routesAreThere();
    await this.prometheus.initialize();
    if (this.collector !== this.prometheus) await this.collector.initialize();
    this.httpClient?.start();
  }

  onApplicationBootstrap(): void {
    if (this.endpoint instanceof AppRoutes) this.endpoint.checkConflicts();
  }

  async onApplicationShutdown(): Promise<void> {
    this.httpClient?.stop();
    this.http?.close();
    await this.prometheus.shutdown();
    if (this.collector !== this.prometheus) await this.collector.shutdown();
  }
}

function endpointOf(options: ResolvedMetricsOptions): AppRoutes | ScrapeServer {
  const { port, host, path } = options.prometheus;
  const paths = pathsOf(path, options.health.path);
  if (port === undefined) {
    return new AppRoutes(paths);
  }
  return new ScrapeServer({ port, host, paths });
}

function collectorOf(
  options: ResolvedMetricsOptions,
  endpoint: AppRoutes | ScrapeServer,
): PrometheusCollector {
  const { namespace, subsystem, defaultLabels, maxSeriesPerMetric } = options;
  const { buckets, filters } = options;
  const { registry, defaultMetrics, exemplars, createdSamples } =
    options.prometheus;
  return new PrometheusCollector(
    {
      namespace,
      subsystem,
      defaultLabels,
      maxSeriesPerMetric,
      buckets,
      filters,
      defaultMetrics,
      exemplars,
      createdSamples,
      registry: options.enabled ? registry : null,
    },
    { endpoint, logger: new Logger('MetricsModule') },
  );
}

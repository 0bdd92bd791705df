import type { Server } from 'node:http';
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
import { MetricsCollector } from './collector/metrics-collector.js';
import { PrometheusCollector } from './collector/prometheus-collector.js';
import { AppRoutes } from './endpoints/app-routes.js';
import { MetricsHealthIndicator } from './endpoints/metrics-health.indicator.js';
import { ReadinessModule } from './endpoints/readiness.module.js';
import { ScrapeServer } from './exposition/scrape-server.js';
import { Readiness, type ReadinessTerms } from './health/readiness.js';
import { AgentMetrics } from './instrumentation/gen-ai/agent-metrics.js';
import { findHealthChecks } from './instrumentation/health/health-check.explorer.js';
import { HttpClientMetrics } from './instrumentation/http-client/http-client.js';
import { HttpInstrumentation } from './instrumentation/http-server/http-instrumentation.js';
import {
  ConfigurableModuleClass,
  type MetricsModuleAsyncOptions,
  type MetricsModuleOptions,
} from './metrics.module-definition.js';
import {
  type ResolvedMetricsOptions,
  resolveMetricsOptions,
} from './metrics.options.js';
import { configuredExporters, MetricsExporters } from './metrics.exporters.js';
import { OptionsError } from './model/errors.js';
import { HANDLER_METRICS, INSTRUMENTATION } from './model/shared.js';
import { ENDPOINT, OPTIONS, providers, warn } from './metrics.providers.js';
import { OtherCopies, withAliases } from './other-copies.js';

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
  imports: [ReadinessModule],
  providers,
  exports: [
    PrometheusCollector,
    MetricsCollector,
    MetricsHealthIndicator,
    MetricsExporters,
    AgentMetrics,
    INSTRUMENTATION,
    HANDLER_METRICS,
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
  private readonly otherCopies: OtherCopies;
  private removeHealthChecks: (() => void)[] = [];

  constructor(
    @Inject(OPTIONS) private readonly options: ResolvedMetricsOptions,
    @Inject(ENDPOINT) private readonly endpoint: AppRoutes | ScrapeServer,
    @Inject(MetricsCollector) private readonly collector: MetricsCollector,
    @Inject(PrometheusCollector)
    private readonly prometheus: PrometheusCollector,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(MetricsExporters) private readonly exporters: MetricsExporters,
    @Inject(Readiness) readiness: Readiness,
  ) {
    super();
    const { enabled, http, httpClient } = options;
    const warnOfCopies = enabled ? warn : undefined;
    this.otherCopies = new OtherCopies(this, modules, warnOfCopies);
    if (enabled) readiness.dependOn(this.readinessTerms());
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
    return withAliases(super.forRoot(options));
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
    return withAliases(super.forRootAsync(options));
  }

  /** Called after the user's `app.use()` and before Nest puts its routes on the adapter. */
  configure(): void {
    if (this.options.enabled && this.endpoint instanceof AppRoutes) {
      this.endpoint.mount(this.adapterHost.httpAdapter);
    }
    this.http?.routesAreComing(this.modules);
  }

  async onModuleInit(): Promise<void> {
    this.otherCopies.checkModules();
    if (!this.options.enabled) return;
    this.http?.routesAreThere();
    this.addHealthChecks();
    await this.addExporters();
    await this.prometheus.initialize();
    if (this.collector !== this.prometheus) await this.collector.initialize();
    this.httpClient?.start();
  }

  onApplicationBootstrap(): void {
    if (this.endpoint instanceof AppRoutes) this.endpoint.checkConflicts();
  }

  async onApplicationShutdown(): Promise<void> {
    this.otherCopies.close();
    for (const remove of this.removeHealthChecks) remove();
    this.httpClient?.stop();
    this.http?.close();
    await this.prometheus.shutdown();
    if (this.collector !== this.prometheus) await this.collector.shutdown();
  }

  private addHealthChecks(): void {
    const configured = this.options.health.checks.map((definition, i) => ({
      definition,
      source: `health.checks[${i}]`,
    }));
    const all = [...configured, ...findHealthChecks(this.modules)];
    this.removeHealthChecks = all.map(({ definition, source }) =>
      this.prometheus.addHealthCheck(definition, source),
    );
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

  private readinessTerms(): ReadinessTerms {
    const { shutdownGrace } = this.options.health;
    // Who reaches a route of the app has found it listening, on whatever server.
    const isOnApp = this.endpoint instanceof AppRoutes;
    const server = (): Server | undefined =>
      this.adapterHost.httpAdapter?.getHttpServer?.();
    const listens = () => isOnApp || (server()?.listening ?? true);
    return { listens, shutdownGrace };
  }
}

import type { Server } from 'node:http';
import { type CanActivate, Logger, type Provider } from '@nestjs/common';
import {
  ApplicationConfig,
  ExternalContextCreator,
  HttpAdapterHost,
  LazyModuleLoader,
  ModuleRef,
  ModulesContainer,
} from '@nestjs/core';
import { assembleCollector } from '../collector/collector-parts.js';
import type { CollectorConfig } from '../collector/collector.options.js';
import { MetricsCollector } from '../collector/metrics-collector.js';
import { PrometheusCollector } from '../collector/prometheus-collector.js';
import { AppRoutes } from './routes/app-routes.js';
import { modulePolicy } from './guards/guard-policy.js';
import type { NestParts } from './guards/guarded-endpoint.js';
import type { ProtectionConfig } from './guards/protection.options.js';
import type { AccessPolicy } from '../http/access/access-policy.js';
import { FeatureMetrics } from './features/feature-metrics.js';
import { MetricsHealthIndicator } from './metrics-health.indicator.js';
import { pathsOf } from '../http/resources.js';
import { ScrapeServer } from '../http/scrape-server.js';
import { serverTlsOf } from '../http/tls/server-tls.js';
import { Readiness } from '../health/readiness.js';
import { OptionsError } from '../core/errors.js';
import { logWarning, type Warn } from '../core/logger.js';
import type { Redacted } from '../core/redacted.js';
import { AgentMetrics } from '../instrumentation/gen-ai/agent-metrics.js';
import { HandlerMetrics } from '../instrumentation/handlers/handler-metrics.js';
import { Instrumentation } from '../instrumentation/instrumentation.js';
import { LazyModules } from './explorers/lazy-modules.js';
import { ProviderBinder } from './explorers/provider-binder.js';
import { HandlerInstrumentation } from '../instrumentation/handlers/handler-instrumentation.js';
import { declaredMetrics } from './metrics.declarations.js';
import { MODULE_OPTIONS_TOKEN } from './metrics.module-definition.js';
import { MetricsExporters } from './metrics.exporters.js';
import {
  type MetricsOptions,
  type MetricsConfig,
  resolveMetricsOptions,
} from './metrics.options.js';
import { overriddenOptions } from './metrics.overrides.js';
import {
  FEATURE_METRICS,
  HANDLER_METRICS,
  INSTRUMENTATION,
} from '../core/shared-state.js';

/** The checked options, inside the module. */
export const OPTIONS = Symbol('nestjs-agent-metrics:options');

/** What serves the pages: routes on the app, or a server of the collector's own. */
export const PAGE_SERVER = Symbol('nestjs-agent-metrics:page-server');

/** The access policy of the pages. */
const ACCESS = Symbol('nestjs-agent-metrics:access');

export const logger = new Logger('MetricsModule');
export const warn: Warn = (...warning) => logWarning(logger, ...warning);

/** What the module is made of. */
export const providers: Provider[] = [
  {
    provide: OPTIONS,
    inject: [{ token: MODULE_OPTIONS_TOKEN, optional: true }, LazyModuleLoader],
    useFactory: optionsOf,
  },
  { provide: PAGE_SERVER, inject: [OPTIONS], useFactory: pageServerOf },
  {
    provide: Readiness,
    inject: [OPTIONS, PAGE_SERVER, HttpAdapterHost],
    useFactory: readinessOf,
  },
  {
    provide: ACCESS,
    inject: [OPTIONS, ModuleRef, ExternalContextCreator, ApplicationConfig],
    useFactory: (
      { enabled, prometheus, health, live }: MetricsConfig,
      ...nest: NestParts
    ) => {
      const metrics = enabled ? prometheus : closed(prometheus);
      const pages = { metrics, health, live_page: live ?? metrics };
      return modulePolicy(pages, warn, nest);
    },
  },
  {
    provide: PrometheusCollector,
    inject: [OPTIONS, PAGE_SERVER, ACCESS, Readiness, ModulesContainer],
    useFactory: collectorOf,
  },
  { provide: MetricsCollector, useExisting: PrometheusCollector },
  {
    provide: MetricsHealthIndicator,
    inject: [MetricsCollector, OPTIONS],
    useFactory: (of: MetricsCollector, { enabled }: MetricsConfig) =>
      new MetricsHealthIndicator(of, enabled),
  },
  {
    provide: AgentMetrics,
    inject: [OPTIONS, MetricsCollector],
    useFactory: ({ agents }: MetricsConfig, to: MetricsCollector) =>
      new AgentMetrics(to, agents),
  },
  {
    provide: INSTRUMENTATION,
    inject: [OPTIONS, MetricsCollector, AgentMetrics],
    useFactory: (
      { enabled, initialSeries }: MetricsConfig,
      to: MetricsCollector,
      agents: AgentMetrics,
    ) => (enabled ? new Instrumentation(to, agents, initialSeries) : undefined),
  },
  {
    provide: HANDLER_METRICS,
    inject: [OPTIONS, MetricsCollector],
    useFactory: ({ enabled }: MetricsConfig, to: MetricsCollector) =>
      enabled ? new HandlerMetrics(to) : undefined,
  },
  {
    provide: FEATURE_METRICS,
    inject: [MetricsCollector],
    useFactory: (to: MetricsCollector) => new FeatureMetrics(to),
  },
  {
    provide: HandlerInstrumentation,
    inject: [
      OPTIONS,
      HANDLER_METRICS,
      ApplicationConfig,
      ModulesContainer,
      ExternalContextCreator,
    ],
    useFactory: (
      { interceptor }: MetricsConfig,
      handlers: HandlerMetrics | undefined,
      ...nest: [ApplicationConfig, ModulesContainer, ExternalContextCreator]
    ) =>
      interceptor && handlers !== undefined
        ? new HandlerInstrumentation(handlers, ...nest, warn)
        : undefined,
  },
  {
    provide: MetricsExporters,
    inject: [PrometheusCollector, ModuleRef, OPTIONS],
    useFactory: (
      collector: PrometheusCollector,
      moduleRef: ModuleRef,
      { enabled }: MetricsConfig,
    ) => new MetricsExporters(collector, moduleRef, enabled),
  },
  LazyModules,
  ProviderBinder,
];

/** @throws {OptionsError} if the module is imported by its class alone. */
function optionsOf(
  options: Redacted<MetricsOptions> | undefined,
  loader: LazyModuleLoader,
) {
  if (options === undefined) {
    throw new OptionsError(
      'MetricsModule is imported without its options; import MetricsModule.forRoot() once, in the root module. It is global: other modules need not import it',
    );
  }
  return resolveMetricsOptions(overriddenOptions(options.reveal(), loader));
}

/** The protection of a page that is switched off: no secret is read, and a controller of the app's that serves it lets in no one. */
function closed({
  access,
  guards,
  decorators,
}: ProtectionConfig): ProtectionConfig {
  return access === undefined ? { guards, decorators } : { guards: [NO_ONE] };
}

const NO_ONE: CanActivate = { canActivate: () => false };

/** The server of the pages. Where metrics are switched off, it still serves the probes, which decide on restarts of the app. */
function pageServerOf(options: MetricsConfig): AppRoutes | ScrapeServer {
  const { port, host, path } = options.prometheus;
  const { health, live } = options;
  const paths = pathsOf(options.enabled && path, health.path, live?.path);
  if (port === undefined) {
    return new AppRoutes(paths, warn);
  }
  const { tls: material } = options.prometheus;
  const tls = serverTlsOf(material?.reveal(), 'prometheus.tls', warn);
  const standsBy = options.enabled && Boolean(options.processes);
  return new ScrapeServer({ port, host, paths, tls, standsBy, warn });
}

function readinessOf(
  { health }: MetricsConfig,
  pageServer: AppRoutes | ScrapeServer,
  host: HttpAdapterHost,
): Readiness {
  // A request that reaches a route of the app has found its server listening.
  const listens = () =>
    pageServer instanceof AppRoutes || (serverOf(host)?.listening ?? true);
  return new Readiness(listens, health.shutdownGrace);
}

/** The HTTP server of the app, if it has one. */
export function serverOf({ httpAdapter }: HttpAdapterHost): Server | undefined {
  return httpAdapter?.getHttpServer?.();
}

function collectorOf(
  options: MetricsConfig,
  pageServer: AppRoutes | ScrapeServer,
  access: AccessPolicy,
  readiness: Readiness,
  modules: ModulesContainer,
): PrometheusCollector {
  const { details, version } = options.health;
  const isReady = () => readiness.isReady;
  const health = { details, version, isReady };
  const context = { pageServer, access, health, logger };
  const parts = assembleCollector(collectorConfig(options), context);
  const collector = new PrometheusCollector({}, {}, parts);
  // Before anybody can record: what is recorded first must not decide.
  collector.declare(declaredMetrics(options, modules));
  return collector;
}

function collectorConfig(options: MetricsConfig): CollectorConfig {
  const { enabled, prometheus } = options;
  return {
    ...options,
    ...prometheus,
    defaultMetrics: enabled && prometheus.defaultMetrics,
    exemplars: enabled && prometheus.exemplars,
    registry: enabled ? (prometheus.registry ?? null) : null,
    processes: enabled && options.processes,
    persistence: enabled && options.persistence,
  };
}

import type { Registry } from 'prom-client';
import { EventLoopYielder } from '../core/event-loop-yielder.js';
import { Exporters } from '../exporters/pipeline/exporters.js';
import { Snapshots } from '../exporters/pipeline/snapshots.js';
import { PageRenderer } from '../exposition/page-renderer.js';
import { Health } from '../health/health.js';
import { CollectorRegistry } from '../registry/collector-registry.js';
import { Gatherer } from '../registry/gatherer.js';
import type { CollectorContext } from './collector-context.js';
import type { CollectorConfig } from './collector.options.js';
import { Families } from './families.js';
import { HealthCheckGauges } from './health-check-gauges.js';
import { Lifecycle } from './lifecycle.js';
import { MetricsEndpoint, pageServerOf } from './metrics-endpoint.js';
import { collectProcessMetrics } from './process-metrics.js';
import { SelfMetrics, SelfReport } from './self-metrics.js';
import { TraceExemplars } from './trace-exemplars.js';

/** The parts of a collector. */
export interface CollectorParts {
  readonly registry: Registry;
  readonly families: Families;
  readonly report: SelfReport;
  readonly health: Health;
  readonly healthCheckGauges: HealthCheckGauges;
  readonly snapshots: Snapshots;
  readonly exporters: Exporters;
  readonly endpoint: MetricsEndpoint;
  readonly lifecycle: Lifecycle;
}

/** Creates the parts of a collector. Each part depends on earlier ones only. */
export function assembleCollector(
  config: CollectorConfig,
  context: CollectorContext,
): CollectorParts {
  const { logger = console } = context;
  const ownRegistry = new CollectorRegistry();
  const registry = (config.registry as Registry | null) ?? ownRegistry;
  const families = new Families(config, registry);
  const selfMetrics = new SelfMetrics(config.namespace, families);
  const report = new SelfReport(selfMetrics, logger, config.maxMetrics);
  families.reportTo(report);

  const exemplars = new TraceExemplars(families, report);
  const startWindow = () => exemplars.startWindow();
  const gatherer = new Gatherer(registry, report);
  const yielder = new EventLoopYielder();
  const snapshots = new Snapshots(gatherer, yielder, startWindow);
  const renderer = new PageRenderer(gatherer, yielder, startWindow);

  const lifecycle = new Lifecycle();
  const server = context.pageServer ?? pageServerOf(config, report);
  const health = new Health(context.health ?? {}, logger, () => ({
    initialized: lifecycle.started,
    server_running: server.running,
    metrics_count: families.count,
    endpoint: server.url,
  }));
  const healthCheckGauges = new HealthCheckGauges(
    families,
    health.checks,
    report,
  );
  const endpoint = new MetricsEndpoint(
    config,
    server,
    renderer,
    health,
    report,
    context.access,
  );
  ownRegistry.renderBy((...page) => endpoint.render(...page));

  const exporters = new Exporters({
    snapshots,
    instruments: selfMetrics,
    errors: report,
    logger,
    setListener: (listener) => families.setListener(listener),
    addCheck: (definition) =>
      healthCheckGauges.add(definition, 'addExporter()', false),
  });

  lifecycle.addStep(() => endpoint.prepare());
  if (config.registry !== null) lifecycle.addStep(() => families.attach());
  if (config.defaultMetrics) {
    lifecycle.addStep(() =>
      collectProcessMetrics(registry, config.defaultLabels),
    );
  }
  if (config.exemplars) lifecycle.addStep(() => exemplars.start());
  lifecycle.addStep(() => endpoint.start());
  lifecycle.addStep(async () => {
    await exporters.start();
    return () => exporters.stop(config.flushTimeout);
  });

  return {
    registry,
    families,
    report,
    health,
    healthCheckGauges,
    snapshots,
    exporters,
    endpoint,
    lifecycle,
  };
}

import type { Registry } from 'prom-client';
import type { MetricsLogger } from '../core/logger.js';
import { EventLoopYielder } from '../core/event-loop-yielder.js';
import { Exporters } from '../exporters/pipeline/exporters.js';
import { Snapshots } from '../exporters/pipeline/snapshots.js';
import { PageRenderer } from '../exposition/page-renderer.js';
import { Health } from '../health/health.js';
import { resolvePersistence } from '../persistence/persistence.options.js';
import { resolveProcesses } from '../processes/processes.options.js';
import { CollectorRegistry } from '../registry/collector-registry.js';
import { Gatherer } from '../registry/gatherer.js';
import type { ServedContext } from './collector-context.js';
import { CollectorInsight } from './collector-insight.js';
import type { CollectorConfig } from './collector.options.js';
import { Families } from './families.js';
import { HealthCheckGauges } from './health-check-gauges.js';
import { Lifecycle } from './lifecycle.js';
import { Membership } from './membership.js';
import { ProcessReport } from './process-report.js';
import { MetricsEndpoint } from './metrics-endpoint.js';
import { collectProcessMetrics } from './process-metrics.js';
import { resolveProcessMetrics } from './process-metrics.options.js';
import { SelfMetrics, SelfReport } from './self-metrics.js';
import { TraceExemplars } from './trace-exemplars.js';

/** What records and reads metrics. */
interface RecordingParts {
  readonly registry: Registry;
  readonly families: Families;
  readonly selfMetrics: SelfMetrics;
  readonly report: SelfReport;
  readonly exemplars: TraceExemplars;
  readonly snapshots: Snapshots;
  readonly renderer: PageRenderer;
  readonly membership: Membership;
  readonly processReport: ProcessReport;
  readonly yielder: EventLoopYielder;
}

/** What serves the pages and the health. */
interface ServingParts {
  readonly lifecycle: Lifecycle;
  readonly health: Health;
  readonly healthCheckGauges: HealthCheckGauges;
  readonly endpoint: MetricsEndpoint;
}

/** The parts of a collector. */
export type CollectorParts = RecordingParts &
  ServingParts & {
    readonly config: CollectorConfig;
    readonly exporters: Exporters;
    readonly insight: CollectorInsight;
  };

/** Creates the parts of a collector. Each part depends on earlier ones only. */
export function assembleCollector(
  config: CollectorConfig,
  context: ServedContext,
): CollectorParts {
  const { logger = console } = context;
  const recording = recordingParts(config, logger);
  const serving = servingParts(config, context, logger, recording);
  const exporters = exportersOf(logger, recording, serving);
  const insight = insightOf(recording, serving, exporters);
  const parts = { config, ...recording, ...serving, exporters, insight };
  addSteps(config, parts);
  return parts;
}

function recordingParts(
  config: CollectorConfig,
  logger: MetricsLogger,
): RecordingParts {
  const registry =
    (config.registry as Registry | null) ?? new CollectorRegistry();
  const families = new Families(config, registry);
  const selfMetrics = new SelfMetrics(config.namespace, families);
  const report = new SelfReport(selfMetrics, logger, config.maxMetrics);
  families.reportTo(report);
  const exemplars = new TraceExemplars(families, report);
  const startWindow = () => exemplars.startWindow();
  const gatherer = new Gatherer(registry, report, families.filters);
  const yielder = new EventLoopYielder();
  const snapshots = new Snapshots(gatherer, yielder, startWindow);
  const renderer = new PageRenderer(gatherer, yielder, startWindow);
  const processReport = new ProcessReport(selfMetrics, report);
  const membership = new Membership(
    {
      processes: resolveProcesses(config.processes),
      warnsOfOthers: config.processes === undefined,
      persistence: resolvePersistence(config.persistence),
    },
    gatherer,
    yielder,
    processReport,
    startWindow,
    (source) => renderer.readFrom(source),
  );
  return {
    registry,
    families,
    selfMetrics,
    report,
    exemplars,
    snapshots,
    renderer,
    membership,
    processReport,
    yielder,
  };
}

function servingParts(
  config: CollectorConfig,
  { pageServer: server, health: healthContext = {}, access }: ServedContext,
  logger: MetricsLogger,
  { registry, families, report, renderer, membership }: RecordingParts,
): ServingParts {
  const lifecycle = new Lifecycle();
  const collectorStatus = () => ({
    initialized: lifecycle.started,
    server_running: server.running,
    metrics_count: families.count,
    endpoint: server.url,
  });
  const health = new Health(healthContext, logger, collectorStatus, () =>
    membership.count(),
  );
  const { checks } = health;
  const healthCheckGauges = new HealthCheckGauges(families, checks, report);
  const endpoint = new MetricsEndpoint(
    config,
    server,
    renderer,
    health,
    report,
    access,
  );
  // A registry that the app gave may be that of another collector, which renders it.
  if (config.registry === null && registry instanceof CollectorRegistry) {
    registry.renderBy((...page) => endpoint.render(...page));
  }
  return { lifecycle, health, healthCheckGauges, endpoint };
}

function exportersOf(
  logger: MetricsLogger,
  { families, selfMetrics, report, snapshots, membership }: RecordingParts,
  { healthCheckGauges }: ServingParts,
): Exporters {
  return new Exporters({
    snapshots,
    group: membership.spansProcesses ? membership : undefined,
    instruments: selfMetrics,
    errors: report,
    logger,
    setListener: (listener) => families.setListener(listener),
    addCheck: (definition) =>
      healthCheckGauges.add(definition, 'addExporter()', false),
  });
}

function insightOf(
  recording: RecordingParts,
  { health }: ServingParts,
  exporters: Exporters,
): CollectorInsight {
  const { checks } = health;
  const { yielder, report } = recording;
  const parts = { ...recording, checks, exporters };
  return new CollectorInsight(parts, yielder, report);
}

/** The steps of the start, in order. The stop undoes them in reverse order. */
function addSteps(config: CollectorConfig, parts: CollectorParts): void {
  const { lifecycle, registry, endpoint, exporters } = parts;
  lifecycle.addStep(() => endpoint.prepare());
  if (config.registry !== null) {
    lifecycle.addStep(() => parts.families.attach());
  }
  const processMetrics = resolveProcessMetrics(config.defaultMetrics);
  if (processMetrics !== undefined) {
    lifecycle.addStep(() =>
      collectProcessMetrics(registry, config.defaultLabels, processMetrics),
    );
  }
  if (config.exemplars) lifecycle.addStep(() => parts.exemplars.start());
  lifecycle.addStep(() => async () => {
    // The process has left its group: only then can it know that it is the last one.
    await exporters.stop(config.flushTimeout);
    parts.membership.release();
  });
  lifecycle.addStep(() => parts.membership.start());
  lifecycle.addStep(() => endpoint.start());
  lifecycle.addStep(async () => {
    await exporters.start();
    return () => exporters.stopOwn(config.flushTimeout);
  });
}

import type { INestApplicationContext } from '@nestjs/common';
import { MetricsCollector } from '../collector/metrics-collector.js';
import { PrometheusCollector } from '../collector/prometheus-collector.js';
import { OptionsError, shown } from '../core/errors.js';
import { AppMetrics } from './app-metrics.js';

/** An app, a testing module, or a collector. */
export type MetricsOwner =
  Pick<INestApplicationContext, 'get'> | MetricsCollector;

/**
 * Reads the metrics of an app, a testing module or a collector. Reading is synchronous and
 * sees what is recorded at that moment.
 *
 * @throws {OptionsError} if it has no `PrometheusCollector`.
 *
 * @example
 * const metrics = metricsOf(module);
 * await module.get(Assistant).run('Hello');
 * expect(metrics.value('agent_executions_total', { agent: 'Assistant' })).toBe(1);
 */
export function metricsOf(owner: MetricsOwner): AppMetrics {
  return new AppMetrics(collectorFor(owner, 'metricsOf()'));
}

/** @throws {OptionsError} if the owner has no `PrometheusCollector`. */
export function collectorFor(
  owner: MetricsOwner,
  caller: string,
): PrometheusCollector {
  const collector = isCollector(owner) ? owner : collectorOf(owner);
  if (isCollector(collector)) return collector;
  throw new OptionsError(
    `${caller} was given ${shown(owner)}, whose metrics are not in a PrometheusCollector; expected a PrometheusCollector, or an app that imports MetricsModule or MetricsTestingModule`,
  );
}

function isCollector(value: unknown): value is PrometheusCollector {
  return value instanceof PrometheusCollector;
}

function collectorOf(owner: MetricsOwner): unknown {
  const app = owner as INestApplicationContext | undefined;
  try {
    return app?.get(MetricsCollector, { strict: false });
  } catch {
    return undefined;
  }
}

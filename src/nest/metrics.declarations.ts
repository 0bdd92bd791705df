import type { ModulesContainer } from '@nestjs/core';
import type { MetricDeclaration } from '../collector/metric-declaration.js';
import { classesOf } from './explorers/app-classes.js';
import { metricsDeclaredBy } from '../instrumentation/declared-metrics.js';
import { HTTP_CLIENT_METRICS } from '../instrumentation/http-client/outgoing-requests.js';
import { httpServerMetrics } from '../instrumentation/http-server/http-metrics.js';
import { HANDLER_DECLARATIONS } from '../instrumentation/handlers/handler-metrics.js';
import { MetricsInterceptor } from '../instrumentation/handlers/metrics.interceptor.js';
import type { MetricsConfig } from './metrics.options.js';

/**
 * Declares the metrics of decorated classes and of the module itself, before NestJS creates
 * instances.
 *
 * @throws {DecoratorError} if the options of a decorator are invalid.
 */
export function declaredMetrics(
  options: MetricsConfig,
  modules: ModulesContainer,
): MetricDeclaration[] {
  const { enabled, http, httpClient, interceptor } = options;
  if (!enabled) return [];
  const classes = classesOf(modules.values());
  const hasInterceptor = interceptor || classes.has(MetricsInterceptor);
  return [
    ...[...classes].flatMap(metricsDeclaredBy),
    ...(http === undefined ? [] : httpServerMetrics(http)),
    ...(httpClient === undefined ? [] : HTTP_CLIENT_METRICS),
    ...(hasInterceptor ? HANDLER_DECLARATIONS : []),
  ];
}

/**
 * The token of a metric that `MetricsModule.forFeature()` provides, for `overrideProvider()`
 * in tests and for `inject` of factories.
 *
 * @param name the name without namespace and subsystem.
 */
export function metricToken(name: string): string {
  return `nestjs-agent-metrics:metric:${name}`;
}

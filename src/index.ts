export { MetricsModule } from './nest/metrics.module.js';
export type {
  MetricsModuleAsyncOptions,
  MetricsModuleOptions,
  MetricsOptionsFactory,
} from './nest/metrics.module-definition.js';
export {
  type ExporterOrClass,
  MetricsExporters,
} from './nest/metrics.exporters.js';
export type {
  MetricsOptions,
  PrometheusOptions,
} from './nest/metrics.options.js';
export type { ProcessesOptions } from './processes/processes.options.js';

export {
  InjectCounter,
  InjectGauge,
  InjectHistogram,
} from './nest/features/inject-metric.decorators.js';
export {
  counter,
  gauge,
  histogram,
  type MetricDefinition,
  timer,
} from './nest/features/metric-definition.js';
export { metricToken } from './nest/features/metric-token.js';

export { Agent } from './decorators/agent.decorator.js';
export { AgentRun } from './decorators/agent-run.decorator.js';
export {
  Counted,
  type CountedOptions,
} from './decorators/counted.decorator.js';
export { HealthCheck } from './decorators/health-check.decorator.js';
export {
  InFlight,
  type InFlightOptions,
} from './decorators/in-flight.decorator.js';
export { MetricLabel } from './decorators/metric-label.decorator.js';
export { MetricName } from './decorators/metric-name.decorator.js';
export { NoMetrics } from './decorators/no-metrics.decorator.js';
export {
  Streamed,
  type StreamedOptions,
} from './decorators/streamed.decorator.js';
export { Timed, type TimedOptions } from './decorators/timed.decorator.js';
export { Tool } from './decorators/tool.decorator.js';

export type {
  CallLabels,
  CallStatus,
  EndedCall,
} from './instrumentation/calls/call-metrics.js';
export { AgentMetrics } from './instrumentation/gen-ai/agent-metrics.js';
export type { HttpClientOptions } from './instrumentation/http-client/http-client.options.js';
export type { HttpOptions } from './instrumentation/http-server/http.options.js';
export { MetricsInterceptor } from './instrumentation/handlers/metrics.interceptor.js';

export {
  HealthController,
  MetricsController,
} from './nest/routes/endpoint.controllers.js';
export { MetricsHealthIndicator } from './nest/metrics-health.indicator.js';

export type { PrometheusCollectorOptions } from './collector/collector.options.js';
export type { MetricFilter } from './collector/filters/metric-filter.js';
export {
  type GaugeOptions,
  type HistogramOptions,
  type InstrumentOptions,
  MetricsCollector,
} from './collector/metrics-collector.js';
export { PrometheusCollector } from './collector/prometheus-collector.js';

export type { ProtectionOptions } from './nest/guards/protection.options.js';
export type { LivePageOptions } from './nest/live-page.options.js';
export type { LiveOptions } from './live/live.options.js';
export type {
  ExpensiveOptions,
  FailingOptions,
  FindingsOptions,
  HangingOptions,
  NotDeliveringOptions,
} from './live/findings.options.js';
export type { AccessOptions } from './http/access/access.options.js';
export type { BasicAuth } from './http/access/basic-auth.js';
export type { Secret } from './core/secret.js';
export type { MetricRegistry } from './registry/metric-registry.js';
export type { TlsOptions } from './http/tls/tls.options.js';

export type {
  HealthCheckDefinition,
  HealthCheckOptions,
  HealthCheckResult,
} from './health/health-check.js';
export type { HealthOptions } from './health/health.options.js';
export type {
  CheckDetails,
  CheckStatus,
  HealthStatus,
} from './health/health-status.js';

export type { Aggregator } from './model/aggregator.js';
export {
  DEFAULT_HISTOGRAM_BUCKETS,
  DEFAULT_TIMER_BUCKETS,
} from './model/buckets.js';
export { Counter, type CounterSeries } from './model/counter.js';
export {
  BucketsError,
  DecoratorError,
  ExportError,
  LabelError,
  MetricConflictError,
  MetricNameError,
  MetricsError,
  MetricsServerError,
  MetricValueError,
  OptionsError,
} from './core/errors.js';
export { Gauge, type GaugeCallback, type GaugeSeries } from './model/gauge.js';
export { Histogram, type HistogramSeries } from './model/histogram.js';
export type { Labels, LabelValue } from './model/labels.js';
export type { MetricsLogger } from './core/logger.js';
export { MetricEvent, type MetricEventInit } from './model/metric-event.js';
export { MetricType } from './model/metric-type.js';
export type { StopTimer } from './model/stop-timer.js';

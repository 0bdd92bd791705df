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
export type { AgentMetricsOptions } from './instrumentation/gen-ai/agents.options.js';
export {
  GEN_AI_CONVENTIONS_DATE,
  GEN_AI_METRICS,
  type GenAiMetric,
  type GenAiOperation,
} from './instrumentation/gen-ai/gen-ai-conventions.js';
export type {
  ModelPrice,
  Prices,
  PriceTable,
} from './instrumentation/gen-ai/price-table.js';
export type {
  EndedAgentRun,
  EndedWorkflow,
  Inference,
  InferenceAnswer,
  InferenceRequest,
  TokenUsage,
  ToolCall,
} from './instrumentation/gen-ai/recordings.js';
export type { RunningInference } from './instrumentation/gen-ai/running-inference.js';
export type { RunningWork } from './instrumentation/gen-ai/running-work.js';
export type {
  ChunkAnswer,
  ChunkOf,
  ChunkStream,
  ReadChunk,
} from './instrumentation/gen-ai/streamed-inference.js';
export type { HttpClientOptions } from './instrumentation/http-client/http-client.options.js';
export type { HttpOptions } from './instrumentation/http-server/http.options.js';
export type { MethodDescriptor } from './instrumentation/decorated-method.js';
export { MetricsInterceptor } from './instrumentation/handlers/metrics.interceptor.js';

export {
  HealthController,
  MetricsController,
} from './nest/routes/endpoint.controllers.js';
export {
  type MetricsHealthResult,
  MetricsHealthIndicator,
} from './nest/metrics-health.indicator.js';

export type {
  PrometheusCollectorOptions,
  RecordingOptions,
} from './collector/collector.options.js';
export type {
  MetricFilter,
  MetricFilterActions,
} from './collector/filters/metric-filter.js';
export {
  type GaugeOptions,
  type HistogramOptions,
  type InstrumentOptions,
  MetricsCollector,
} from './collector/metrics-collector.js';
export { PrometheusCollector } from './collector/prometheus-collector.js';
export type { CollectorContext } from './collector/collector-context.js';

export type { ExportReport, MetricsExporter } from './exporters/exporter.js';
export type {
  CounterSnapshot,
  DistributionSnapshot,
  ExemplarSnapshot,
  GaugeSnapshot,
  HistogramSnapshot,
  MetricSnapshot,
  MetricsSnapshot,
  QuantilesSnapshot,
  SummarySnapshot,
  ValueSnapshot,
} from './exporters/snapshot.js';

export { OtlpExporter } from './exporters/otlp/otlp-exporter.js';
export type {
  OtlpAttributes,
  OtlpOptions,
  OtlpProtocol,
  OtlpTemporality,
  OtlpTlsOptions,
} from './exporters/otlp/config/otlp.options.js';
export {
  PushgatewayExporter,
  type PushedPage,
} from './exporters/pushgateway/pushgateway-exporter.js';
export type { PushgatewayOptions } from './exporters/pushgateway/pushgateway.options.js';
export { StatsdExporter } from './exporters/statsd/statsd-exporter.js';
export type { StatsdOptions } from './exporters/statsd/statsd.options.js';

export type { ProtectionOptions } from './nest/guards/protection.options.js';
export type {
  AccessPolicy,
  Refusal,
  RefusalReason,
} from './http/access/access-policy.js';
export type { AccessOptions } from './http/access/access.options.js';
export type { BasicAuth } from './http/access/basic-auth.js';
export type { Secret } from './core/secret.js';
export type { Endpoint } from './http/endpoint.js';
export type { MetricRegistry } from './registry/metric-registry.js';
export type { Probe, Resource } from './http/resources.js';
export type { TlsOptions } from './http/tls/tls.options.js';

export type { HealthSetup } from './health/health.js';
export type {
  HealthCheckDefinition,
  HealthCheckFunction,
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
  type ExportErrorOptions,
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

export { AppMetrics } from './app-metrics.js';
export { type MetricChange, MetricChanges } from './changes.js';
export type { ContractBackend } from './contract/contract-backend.js';
export {
  type ContractTest,
  exporterContract,
} from './contract/exporter-contract.js';
export {
  type HttpBackend,
  httpBackend,
  type HttpBackendOptions,
  type TakenRequest,
  type TotalOf,
} from './contract/http-backend.js';
export type { MakeExporter } from './contract/trial.js';
export {
  ContractError,
  MetricTypeError,
  NotRefreshedError,
  UnknownMetricError,
} from './errors.js';
export { type FakeClock, fakeClock } from './fake-clock.js';
export {
  type LintProblem,
  lintMetrics,
  type LintRule,
} from './lint/lint-metrics.js';
export type {
  FakeAnswer,
  FakeAnswerLike,
  FakeFinishReason,
  FakeToolCall,
} from './model/answers.js';
export {
  FakeModel,
  fakeModel,
  type FakeModelOptions,
  type FakeModelRequest,
  type FakeResource,
} from './model/fake-model.js';
export { type BucketReading, HistogramReading } from './histogram-reading.js';
export {
  type MatcherResult,
  metricsMatchers,
  type MetricsMatchers,
} from './matchers.js';
export { metricsOf, type MetricsOwner } from './metrics-of.js';
export { MetricsReader, type SeriesReading } from './metrics-reader.js';
export { MetricsTestingModule } from './testing.module.js';

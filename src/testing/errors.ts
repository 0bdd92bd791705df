import { MetricsError } from '../core/errors.js';

/** No metric has the name. The message has the three nearest names. */
export class UnknownMetricError extends MetricsError {
  /** @internal */
  static override readonly topic = 'unknown_metric';
  readonly code = UnknownMetricError.topic;
}

/** A metric can only be read asynchronously, and `refresh()` has not read it. */
export class NotRefreshedError extends MetricsError {
  /** @internal */
  static override readonly topic = 'not_refreshed';
  readonly code = NotRefreshedError.topic;
}

/** A metric has another type than the one that is read. */
export class MetricTypeError extends MetricsError {
  /** @internal */
  static override readonly topic = 'wrong_type';
  readonly code = MetricTypeError.topic;
}

/** An exporter breaks a rule of `exporterContract()`. */
export class ContractError extends MetricsError {
  /** @internal */
  static override readonly topic = 'contract';
  readonly code = ContractError.topic;
}

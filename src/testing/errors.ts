import { MetricsError } from '../core/errors.js';

/** No metric has the name. The message has the three nearest names. */
export class UnknownMetricError extends MetricsError {
  readonly code = 'unknown_metric';
}

/** A metric can only be read asynchronously, and `refresh()` has not read it. */
export class NotRefreshedError extends MetricsError {
  readonly code = 'not_refreshed';
}

/** A metric has another type than the one that is read. */
export class MetricTypeError extends MetricsError {
  readonly code = 'wrong_type';
}

/** An exporter breaks a rule of `exporterContract()`. */
export class ContractError extends MetricsError {
  readonly code = 'contract';
}

import { inspect } from 'node:util';
import { isKind, KIND } from './shared-state.js';

/**
 * The base class of all errors of this package. The message names the invalid value, its
 * place and the allowed values. `code` is stable, and is also the label `cause` of
 * `metrics_errors_total`.
 */
export abstract class MetricsError extends Error {
  /** A stable code for the cause, e.g. `invalid_option`. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** @internal */
  get [KIND](): string {
    return 'metrics-error';
  }
}

/** Whether an error is from this package, or from another copy of it. */
export function isMetricsError(error: unknown): error is MetricsError {
  return isKind(error, 'metrics-error');
}

/** A metric name is empty or has no usable character. */
export class MetricNameError extends MetricsError {
  readonly code = 'invalid_name';
}

/** A label name or label value is invalid. */
export class LabelError extends MetricsError {
  readonly code = 'invalid_label';
}

/** The type of the metric does not accept a value. */
export class MetricValueError extends MetricsError {
  readonly code = 'invalid_value';
}

/** Histogram buckets are empty, unsorted, repeated or not finite. */
export class BucketsError extends MetricsError {
  readonly code = 'invalid_buckets';
}

/** A name is already taken by a metric of another type, with other buckets or of another owner. */
export class MetricConflictError extends MetricsError {
  readonly code = 'conflict';
}

/** A metric of prom-client, or one of its series, is invalid, so that no page can show it. */
export class PromClientMetricError extends MetricsError {
  readonly code = 'foreign_metric';
}

/** An option is unknown or has an invalid value. */
export class OptionsError extends MetricsError {
  readonly code = 'invalid_option';
}

/** A decorator is on something that it cannot measure. */
export class DecoratorError extends MetricsError {
  readonly code = 'invalid_decorator';
}

/** The metrics server could not be opened. */
export class MetricsServerError extends MetricsError {
  readonly code = 'server';
}

/** Options of an {@link ExportError}: whether and when the export is retried. */
export interface ExportErrorOptions extends ErrorOptions {
  /** Whether another attempt may succeed. Default: `true`. */
  retryable?: boolean;
  /** Milliseconds that the backend wants before the next attempt. Default: no minimum. */
  retryAfter?: number;
}

/** An exporter could not deliver metrics to its backend. */
export class ExportError extends MetricsError {
  readonly code = 'export';
  /** Whether another attempt may succeed. */
  readonly retryable: boolean;
  /** Milliseconds that the backend wants before the next attempt; `undefined` if it sets no minimum. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: ExportErrorOptions = {}) {
    super(message, options);
    this.retryable = options.retryable ?? true;
    this.retryAfter = options.retryAfter;
  }
}

// Errors keep their documented names in minified apps.
for (const [name, errorClass] of Object.entries({
  MetricNameError,
  LabelError,
  MetricValueError,
  BucketsError,
  MetricConflictError,
  PromClientMetricError,
  OptionsError,
  DecoratorError,
  MetricsServerError,
  ExportError,
})) {
  Object.defineProperty(errorClass, 'name', { value: name });
}

/** Whether an error is an {@link ExportError}, of this or another copy of the package. */
export function isExportError(error: unknown): error is ExportError {
  return isMetricsError(error) && error.code === 'export';
}

/** The name and message of an `Error`; any other thrown value as {@link shown}. Never throws. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error
      ? `${String(error.name)}: ${String(error.message)}`
      : shown(error);
  } catch {
    return 'an error that cannot be shown';
  }
}

/** A value for a message: short, on one line. */
export function shown(value: unknown): string {
  return inspect(value, {
    depth: 0,
    maxStringLength: 60,
    maxArrayLength: 20,
    breakLength: Infinity,
  });
}

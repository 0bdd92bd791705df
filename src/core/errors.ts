import { inspect } from 'node:util';
import { isKind, KIND } from './shared-state.js';

/**
 * What every error of this package extends. The message names what was given,
 * where, and what is allowed; `code` is stable and safe to switch on. It is also
 * the `cause` label of `metrics_errors_total`.
 */
export abstract class MetricsError extends Error {
  /** The cause in one word, e.g. `invalid_option`: stable, and safe to switch on. */
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

/** Whether an error is one of this package, whichever copy of it made the error. */
export function isMetricsError(error: unknown): error is MetricsError {
  return isKind(error, 'metrics-error');
}

/** A metric name that is empty or has no usable character. */
export class MetricNameError extends MetricsError {
  readonly code = 'invalid_name';
}

/** A label name or label value that cannot be written. */
export class LabelError extends MetricsError {
  readonly code = 'invalid_label';
}

/** A value that the metric's type does not take. */
export class MetricValueError extends MetricsError {
  readonly code = 'invalid_value';
}

/** Histogram buckets that are empty, unsorted, repeated or not finite. */
export class BucketsError extends MetricsError {
  readonly code = 'invalid_buckets';
}

/** A name that is already taken by another type, other buckets or another owner. */
export class MetricConflictError extends MetricsError {
  readonly code = 'conflict';
}

/** A metric in the registry that is not ours and cannot be written as it is. */
export class PromClientMetricError extends MetricsError {
  readonly code = 'foreign_metric';
}

/** An option that is unknown or has a value that is not allowed. */
export class OptionsError extends MetricsError {
  readonly code = 'invalid_option';
}

/** A decorator that stands on something it cannot measure. */
export class DecoratorError extends MetricsError {
  readonly code = 'invalid_decorator';
}

/** The metrics server could not be opened. */
export class MetricsServerError extends MetricsError {
  readonly code = 'server';
}

/** How an exporter says whether what it could not deliver is to be tried again. */
export interface ExportErrorOptions extends ErrorOptions {
  /** Whether it may go through at the next try. Default: `true`. */
  retryable?: boolean;
  /** Milliseconds after which the backend wants the next try, at the earliest. */
  retryAfter?: number;
}

/** Metrics could not be delivered to a backend. */
export class ExportError extends MetricsError {
  readonly code = 'export';
  /** Whether the same may go through at the next try. */
  readonly retryable: boolean;
  /** Milliseconds after which the backend wants the next try, at the earliest; `undefined` if it wants no pause. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: ExportErrorOptions = {}) {
    super(message, options);
    this.retryable = options.retryable ?? true;
    this.retryAfter = options.retryAfter;
  }
}

// In an app that is minified, errors keep the names that they are known by.
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

/** Whether an error is an {@link ExportError}, whichever copy of the package made it. */
export function isExportError(error: unknown): error is ExportError {
  return isMetricsError(error) && error.code === 'export';
}

/** What an error says, be it an `Error` or anything else that was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error
      ? `${String(error.name)}: ${String(error.message)}`
      : shown(error);
  } catch {
    return 'an error that cannot be shown';
  }
}

/** Any value as it is shown in a message: short, on one line. */
export function shown(value: unknown): string {
  return inspect(value, {
    depth: 0,
    maxStringLength: 60,
    maxArrayLength: 20,
    breakLength: Infinity,
  });
}

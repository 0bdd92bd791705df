import { inspect } from 'node:util';
import { type Topic, withLastLine, withoutLinks } from './message-links.js';
import { isKind, KIND } from './shared-state.js';

/**
 * The base class of all errors of this package. The message names the invalid value, its
 * place and the allowed values; its last line names the section of
 * `docs/troubleshooting/messages.md` that says what to do. `code` is stable, and is also the
 * label `cause` of `metrics_errors_total`.
 */
export abstract class MetricsError extends Error {
  /** A stable code for the cause, e.g. `invalid_option`. */
  abstract readonly code: string;
  /** @internal What the linked section is about. `undefined` in classes of an app, which have no section. */
  static readonly topic: Topic | undefined = undefined;

  constructor(message: string, options?: ErrorOptions) {
    const { topic } = new.target;
    super(
      topic === undefined ? message : withLastLine(message, topic),
      options,
    );
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
  /** @internal */
  static override readonly topic = 'invalid_name';
  readonly code = MetricNameError.topic;
}

/** A label name or label value is invalid. */
export class LabelError extends MetricsError {
  /** @internal */
  static override readonly topic = 'invalid_label';
  readonly code = LabelError.topic;
}

/** The type of the metric does not accept a value. */
export class MetricValueError extends MetricsError {
  /** @internal */
  static override readonly topic = 'invalid_value';
  readonly code = MetricValueError.topic;
}

/** Histogram buckets are empty, unsorted, repeated or not finite. */
export class BucketsError extends MetricsError {
  /** @internal */
  static override readonly topic = 'invalid_buckets';
  readonly code = BucketsError.topic;
}

/** A name is already taken by a metric of another type, with other buckets or of another owner. */
export class MetricConflictError extends MetricsError {
  /** @internal */
  static override readonly topic = 'conflict';
  readonly code = MetricConflictError.topic;
}

/** A metric of prom-client, or one of its series, is invalid, so that no page can show it. */
export class PromClientMetricError extends MetricsError {
  /** @internal */
  static override readonly topic = 'foreign_metric';
  readonly code = PromClientMetricError.topic;
}

/** An option is unknown or has an invalid value. */
export class OptionsError extends MetricsError {
  /** @internal */
  static override readonly topic = 'invalid_option';
  readonly code = OptionsError.topic;
}

/** A decorator is on something that it cannot measure. */
export class DecoratorError extends MetricsError {
  /** @internal */
  static override readonly topic = 'invalid_decorator';
  readonly code = DecoratorError.topic;
}

/** The metrics server could not be opened. */
export class MetricsServerError extends MetricsError {
  /** @internal */
  static override readonly topic = 'server';
  readonly code = MetricsServerError.topic;
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
  /** @internal */
  static override readonly topic = 'export';
  readonly code = ExportError.topic;
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

/** The name and message of an `Error`, without its link; any other thrown value as {@link shown}. Never throws. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error
      ? `${String(error.name)}: ${withoutLinks(String(error.message))}`
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

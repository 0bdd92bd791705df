import type { Counter } from '../model/counter.js';
import { messageOf, MetricsError } from '../model/errors.js';
import type { Family } from '../model/family.js';
import { buildMetricName } from '../model/names.js';

/** Where warnings go. Nest's `Logger` is one; so is `console`. */
export interface MetricsLogger {
  warn(message: string): void;
}

/**
 * The metrics about the metrics, and the warnings that go with them: errors that
 * were kept from the app, and families that are full. Never throws.
 */
export class SelfReport {
  private readonly warned = new Set<string>();

  /** @param counterOf gives a counter that is exposed under this very name. */
  constructor(
    private readonly namespace: string,
    private readonly logger: MetricsLogger,
    private readonly counterOf: (name: string, description: string) => Counter,
  ) {}

  /**
   * Counts an error, and logs the first of each cause, or of each subject of it.
   *
   * @param cause a fixed word for what failed; a {@link MetricsError} says it better itself.
   */
  error(cause: string, error: unknown, where = '', subject?: string): void {
    const known = error instanceof MetricsError ? error.code : cause;
    this.warnOnce(
      subject === undefined ? known : `${known} ${subject}`,
      `${where === '' ? '' : `${where}: `}${messageOf(error)} [${known}; logged once, counted]`,
    );
    try {
      this.counterOf(
        this.nameOf('metrics_errors_total'),
        'Errors of the instrumentation that were kept from the app.',
      ).inc({ cause: known });
    } catch (failure) {
      this.warnOnce('count', messageOf(failure));
    }
  }

  /** Tells of a family that is full, and gives what counts its recordings from now on. */
  overflowed({ name, maxSeries }: Family): () => void {
    const self = this.nameOf('metrics_overflows_total');
    if (name === self) return () => {};
    this.warnOnce(
      `overflow ${name}`,
      `Metric "${name}" has reached ${maxSeries} series; new label sets are recorded as {otel_metric_overflow="true"}`,
    );
    try {
      const series = this.counterOf(
        self,
        'Recordings that went to an overflow series because their metric had too many label sets.',
      ).labels({ metric: name });
      return () => series.inc();
    } catch (error) {
      this.error('overflow', error);
      return () => {};
    }
  }

  /** They are named without the subsystem. */
  private nameOf(name: string): string {
    return buildMetricName(name, { namespace: this.namespace, subsystem: '' });
  }

  private warnOnce(key: string, message: string): void {
    if (this.warned.has(key)) return;
    this.warned.add(key);
    try {
      this.logger.warn(message);
    } catch {
      // A logger that fails has nowhere to tell it.
    }
  }
}

import { isMetricsError, messageOf } from '../core/errors.js';
import type { ErrorReporter } from '../core/catch-and-report.js';
import type { Family } from '../model/family.js';
import type { Labels } from '../model/labels.js';
import {
  forwardWarning,
  logWarning,
  type MetricsLogger,
} from '../core/logger.js';
import { isTopic, type Topic } from '../core/message-links.js';
import type { Counter } from '../model/counter.js';
import type { Gauge, GaugeCallback } from '../model/gauge.js';
import { MetricType } from '../model/metric-type.js';
import type { MetricDescriptor } from '../model/metric-descriptor.js';
import { buildMetricName } from '../model/names.js';
import type { Families } from './families.js';
import type { FamilyListener } from './family-listeners.js';
import type { GaugeOptions } from './metrics-collector.js';
import { SELF_DESCRIPTORS } from './self.descriptors.js';

/**
 * Creates self-metrics: the metrics about the metrics. Their names have the namespace but
 * not the subsystem, no filter applies to them, and their recordings make no events.
 */
// Why: docs/decisions/recording.md, "The metrics about the metrics are not filtered".
export class SelfMetrics {
  constructor(
    private readonly namespace: string,
    private readonly families: Families,
  ) {}

  nameOf(name: string): string {
    return buildMetricName(name, { namespace: this.namespace, subsystem: '' });
  }

  /** @throws {MetricConflictError} if the name is taken by something else. */
  counter(name: string, description: string): Counter {
    return this.families.getOrCreateExposed(
      this.nameOf(name),
      MetricType.COUNTER,
      {
        description,
      },
    ) as Counter;
  }

  /** Throws as {@link counter} does. */
  gauge(
    name: string,
    options: GaugeOptions & { readonly collect: GaugeCallback },
  ): Gauge {
    const gauge = this.families.getOrCreateExposed(
      this.nameOf(name),
      MetricType.GAUGE,
      options,
    ) as Gauge;
    gauge.readThrough(options.collect);
    return gauge;
  }
}

/** The largest number of places with a warning of their own. */
const MAX_PLACES = 100;

/**
 * Counts what the collector keeps from the app (errors, dropped recordings, refused
 * requests), and logs the first of each kind. Never throws.
 */
export class SelfReport implements ErrorReporter, FamilyListener {
  private readonly warned = new Set<string>();

  constructor(
    private readonly metrics: SelfMetrics,
    private readonly logger: MetricsLogger,
    private readonly maxMetrics: number,
  ) {}

  /**
   * Counts an error, and logs the first of each cause and place.
   *
   * @param cause a fixed word for what failed; the code of a `MetricsError` replaces it.
   */
  reportError(cause: string, error: unknown, where = ''): void {
    const known = codeOf(error) ?? cause;
    this.warnOnce(
      this.keyOf(known, where),
      `${where === '' ? '' : `${where}: `}${messageOf(error)} [${known}; logged once, counted]`,
      known,
    );
    this.count(SELF_DESCRIPTORS.errors, { cause: known });
  }

  /** Counts a rejected request. It is not logged: requests must not fill the log. */
  refused(resource: string, reason: string): void {
    this.count(SELF_DESCRIPTORS.refusals, { reason, resource });
  }

  /** Warns that a family is full, and returns the function that counts its recordings from now on. */
  overflowed({ name, maxSeries }: Family): () => void {
    const { overflows } = SELF_DESCRIPTORS;
    if (name === this.metrics.nameOf(overflows.name)) return () => {};
    this.warnOnce(
      `overflow ${name}`,
      `Metric "${name}" has reached ${maxSeries} series; new label sets are recorded as {otel_metric_overflow="true"}`,
      'series_limit',
    );
    try {
      const counter = this.metrics.counter(
        overflows.name,
        overflows.description,
      );
      const series = counter.labels({ metric: name });
      return () => series.inc();
    } catch (error) {
      this.reportError('overflow', error);
      return () => {};
    }
  }

  /** Reports that the callback of a gauge has failed. */
  collectFailed({ name }: Family, error: unknown): void {
    this.reportError('gauge_callback', error, `gauge "${name}"`);
  }

  /** Counts a dropped recording of a metric beyond `maxMetrics`, and warns of the first. */
  hadNoRoom({ name }: Family): void {
    this.warnOnce(
      'dropped',
      `Metric "${name}" is not recorded: there are ${this.maxMetrics} metrics already, as many as maxMetrics allows. Do not make metric names from ids or input; use labels, or raise maxMetrics [logged once, counted]`,
      'metric_limit',
    );
    this.count(SELF_DESCRIPTORS.dropped, {});
  }

  /** Logs a warning each time. Never throws. */
  warn(message: string, topic: Topic): void {
    logWarning(this.logger, message, topic);
  }

  private count({ name, description }: MetricDescriptor, labels: Labels): void {
    try {
      this.metrics.counter(name, description).inc(labels);
    } catch (failure) {
      this.warnOnce('count', messageOf(failure), codeOf(failure));
    }
  }

  /** The key of a warning: cause and place up to a limit, then the cause alone, so that many failing places do not fill the log. */
  private keyOf(cause: string, where: string): string {
    const key = `${cause} ${where}`;
    const isTold = this.warned.size < MAX_PLACES || this.warned.has(key);
    return isTold ? key : cause;
  }

  /** @param word a topic, or a cause of the app's own: then there is no link. */
  private warnOnce(key: string, message: string, word = ''): void {
    if (this.warned.has(key)) return;
    this.warned.add(key);
    if (isTopic(word)) this.warn(message, word);
    else forwardWarning(this.logger, message);
  }
}

function codeOf(error: unknown): string | undefined {
  return isMetricsError(error) ? error.code : undefined;
}

import type { Aggregator } from '../../model/aggregator.js';
import type { Counter } from '../../model/counter.js';
import type { Gauge, GaugeCallback } from '../../model/gauge.js';
import {
  catchAndReport,
  type ErrorReporter,
} from '../../core/catch-and-report.js';
import type { Labels } from '../../model/labels.js';
import type { MetricDescriptor } from '../../model/metric-descriptor.js';
import { EXPORTER_DESCRIPTORS } from './exporter.descriptors.js';

/** Makes metrics about the metrics: with the namespace, unfiltered, and without events. */
export interface OwnInstruments {
  counter(name: string, description: string): Counter;
  gauge(
    name: string,
    options: {
      readonly description: string;
      readonly aggregator?: Aggregator;
      readonly collect: GaugeCallback;
    },
  ): Gauge;
}

/** The values of the gauges of an exporter. */
export interface ExporterGauges {
  readonly name: string;
  /** How many events wait to be delivered. */
  readonly queueLength: number;
  /** When the last delivery succeeded, in seconds since the Unix epoch. */
  readonly lastSuccess: number | undefined;
}

/** The metrics about exporters. Never throws. */
export class ExporterMetrics {
  /**
   * @param errors receives the errors of instruments.
   * @param exporters gives those that there are.
   */
  constructor(
    private readonly instruments: OwnInstruments,
    private readonly errors: ErrorReporter,
    private readonly exporters: () => Iterable<ExporterGauges>,
  ) {}

  /** Creates the series of an exporter, so that rates and alerts have them from the start. */
  begin(exporter: string): void {
    this.exported(exporter, 'success', 0);
    this.exported(exporter, 'error', 0);
    this.retried(exporter, 0);
    this.dropped(exporter, 0);
    this.makeGauges();
  }

  /** Makes the gauges, also again after metrics were cleared. */
  makeGauges(): void {
    this.record(() => {
      const { instruments } = this;
      const { queueLength: queue, lastSuccess: success } = EXPORTER_DESCRIPTORS;
      instruments.gauge(queue.name, {
        description: queue.description,
        collect: (gauge) => {
          for (const { name, queueLength } of this.exporters()) {
            gauge.set({ exporter: name }, queueLength);
          }
        },
      });
      instruments.gauge(success.name, {
        description: success.description,
        aggregator: 'max',
        collect: (gauge) => {
          for (const { name, lastSuccess } of this.exporters()) {
            if (lastSuccess !== undefined) {
              gauge.set({ exporter: name }, lastSuccess);
            }
          }
        },
      });
    });
  }

  exported(exporter: string, status: 'success' | 'error', count = 1): void {
    this.count(EXPORTER_DESCRIPTORS.exports, { exporter, status }, count);
  }

  retried(exporter: string, count = 1): void {
    this.count(EXPORTER_DESCRIPTORS.retries, { exporter }, count);
  }

  dropped(exporter: string, count: number): void {
    this.count(EXPORTER_DESCRIPTORS.dropped, { exporter }, count);
  }

  private count(
    { name, description }: MetricDescriptor,
    labels: Labels,
    value: number,
  ): void {
    this.record(() =>
      this.instruments.counter(name, description).inc(labels, value),
    );
  }

  private record(action: () => void): void {
    catchAndReport(this.errors, 'exporter_metrics', action);
  }
}

import { messageOf } from '../../core/errors.js';
import type { ExporterMetrics } from './exporter-metrics.js';
import type { ExporterStatus } from './exporter-status.js';
import type { ExportReport } from '../exporter.js';
import type { DeliveryObserver } from './retrier.js';

/**
 * Takes note of how an exporter hears of events that it keeps for its exports: that it
 * does is no delivery yet, that it does not is a failure.
 */
export class ReceiveStatus implements DeliveryObserver {
  /** Why the last events were not heard; `undefined` if they were. */
  failure: string | undefined = undefined;

  constructor(
    private readonly state: ExporterStatus,
    private readonly name: string,
    private readonly metrics: ExporterMetrics,
  ) {}

  delivered(report: ExportReport | void): void {
    this.failure = undefined;
    this.state.reported(report);
  }

  failed(error: unknown): void {
    this.failure = messageOf(error);
    this.metrics.exported(this.name, 'error');
    this.state.warnOnce(
      `Exporter "${this.name}" could not receive events: ${this.failure}`,
    );
  }

  retried(): void {
    this.metrics.retried(this.name);
  }
}

import type { ExporterState } from './exporter-state.js';
import type { HealthCheckDefinition } from '../../health/health-check.js';
import { ExportError, OptionsError } from '../../core/errors.js';
import type { ErrorReporter } from '../../core/catch-and-report.js';
import type { MetricsLogger } from '../../core/logger.js';
import { MAX_MILLISECONDS, validateOne } from '../../core/validate.js';
import { RecordingFanout } from './recording-fanout.js';
import { checkExporter, FLUSH_TIMEOUT } from './exporter-checks.js';
import type { ExportGroup } from './export-group.js';
import { ExporterContext } from './exporter-context.js';
import { ExporterMetrics, type OwnInstruments } from './exporter-metrics.js';
import type { MetricsExporter } from '../exporter.js';
import { Deadline } from './retrier.js';
import { RunningExporter } from './running-exporter.js';
import type { Snapshots } from './snapshots.js';

/** The collector around exporters. */
export interface PipelineContext {
  readonly snapshots: Snapshots;
  /** `undefined` if each process delivers its own metrics only. */
  readonly group: ExportGroup | undefined;
  readonly instruments: OwnInstruments;
  /** Receives the errors of the metrics about exporters. */
  readonly errors: ErrorReporter;
  readonly logger: MetricsLogger;
  /** Sets the listener of recordings. Called again whenever the listener wants other types. */
  readonly setListener: (listener: RecordingFanout) => void;
  /** Adds a health check that logs by itself; returns what removes it. */
  readonly addCheck: (definition: HealthCheckDefinition) => () => void;
}

/** The exporters of a collector. */
// Why: docs/decisions/exporters.md, "All backends share one exporter interface".
export class Exporters {
  /** Passes recordings to exporters and subscribers. */
  readonly recordings: RecordingFanout;
  private readonly all = new Map<string, RunningExporter>();
  private readonly metrics: ExporterMetrics;
  private readonly context = new ExporterContext();
  private started = false;

  constructor(private readonly collector: PipelineContext) {
    this.metrics = new ExporterMetrics(
      collector.instruments,
      collector.errors,
      () => this.all.values(),
    );
    this.recordings = new RecordingFanout(collector.setListener, (count) =>
      this.metrics.dropped('events$', count),
    );
  }

  get size(): number {
    return this.all.size;
  }

  states(): ExporterState[] {
    return Array.from(this.all.values(), (one) => one.state);
  }

  /**
   * Adds an exporter, and starts it as soon as the collector is initialized.
   *
   * @param path where the exporter comes from, for messages.
   * @returns a function that removes the exporter, after a last delivery within so many milliseconds.
   * @throws {OptionsError} if it is not an exporter, or its name is taken; and whatever its `start()` throws.
   */
  async add(
    exporter: MetricsExporter,
    path: string,
  ): Promise<(timeout: number) => Promise<void>> {
    checkExporter(exporter, path);
    const { name } = exporter;
    if (this.all.has(name)) {
      throw new OptionsError(
        `${path} is named "${name}", as another exporter is; give one of them another name`,
      );
    }
    const running = new RunningExporter(
      exporter,
      (limit) => this.collector.snapshots.take(limit),
      this.metrics,
      this.collector.logger,
      this.context,
      this.collector.group,
    );
    const removeCheck = this.collector.addCheck({
      name: `exporter:${name}`,
      // Why: docs/decisions/exporters.md, "An exporter is never critical".
      critical: false,
      cacheFor: 0,
      check: () => running.check(),
    });
    this.all.set(name, running);
    this.tellGroup();
    const { queue } = running;
    if (queue !== undefined) this.recordings.add(queue);
    const end = async (timeout: number) => {
      await running.stop(new Deadline(timeout));
      this.all.delete(name);
      this.tellGroup();
      if (queue !== undefined) this.recordings.remove(queue);
      queue?.discard();
      removeCheck();
    };
    let ended: Promise<void> | undefined;
    const remove = (timeout: number) => (ended ??= end(timeout));
    try {
      if (this.started) await running.start();
    } catch (error) {
      await remove(0);
      throw error;
    }
    return remove;
  }

  /** Starts all exporters. If one cannot start, the others are stopped again. */
  async start(): Promise<void> {
    this.started = true;
    try {
      await this.context.prepare();
      await Promise.all(Array.from(this.all.values(), (one) => one.start()));
    } catch (error) {
      await this.stop(0);
      throw error;
    }
  }

  /**
   * Has all exporters deliver now, side by side.
   *
   * @throws {ExportError} saying which exporters could not deliver in so many milliseconds.
   * @throws {OptionsError} if `timeout` is not a time.
   */
  async flush(timeout: number): Promise<void> {
    validateOne(timeout, FLUSH_TIMEOUT, 'The timeout of flush()');
    const deadline = new Deadline(Math.min(timeout, MAX_MILLISECONDS));
    const flushes = Array.from(this.all.values(), (one) => one.flush(deadline));
    const failed = (await Promise.allSettled(flushes))
      .filter((result) => result.status === 'rejected')
      .map(({ reason }) => reason as Error);
    if (failed.length === 0) return;
    throw new ExportError(failed.map(({ message }) => message).join('; '), {
      cause:
        failed.length === 1 ? failed[0]!.cause : new AggregateError(failed),
    });
  }

  /** Stops all exporters, after a last delivery within `timeout` milliseconds. Never rejects. */
  async stop(timeout: number): Promise<void> {
    await this.stopThose(timeout, () => true);
  }

  /** As `stop()` does, the exporters that deliver the metrics of this process only. */
  async stopOwn(timeout: number): Promise<void> {
    await this.stopThose(timeout, ({ isShared }) => !isShared);
  }

  private async stopThose(
    timeout: number,
    isOne: (exporter: RunningExporter) => boolean,
  ): Promise<void> {
    this.started = false;
    const deadline = new Deadline(timeout);
    const those = [...this.all.values()].filter(isOne);
    await Promise.all(those.map((one) => one.stop(deadline)));
  }

  private tellGroup(): void {
    const shared = [...this.all.values()].filter(({ isShared }) => isShared);
    this.collector.group?.setExporters(shared.map(({ name }) => name));
  }

  /** Makes the gauges of exporters, after all metrics were cleared. */
  showMetrics(): void {
    if (this.all.size > 0) this.metrics.makeGauges();
  }
}

import type { HealthCheckDefinition } from '../../health/health-check.js';
import { ExportError, OptionsError } from '../../core/errors.js';
import type { ErrorReporter } from '../../core/catch-and-report.js';
import type { MetricsLogger } from '../../core/logger.js';
import { MAX_MILLISECONDS, validateOne } from '../../core/validate.js';
import { RecordingFanout } from './recording-fanout.js';
import { Deadline } from './deadline.js';
import { checkExporter, FLUSH_TIMEOUT } from './exporter-checks.js';
import { ExporterContext } from './exporter-context.js';
import { ExporterMetrics, type OwnInstruments } from './exporter-metrics.js';
import type { MetricsExporter } from '../exporter.js';
import { RunningExporter } from './running-exporter.js';
import type { Snapshots } from './snapshots.js';

/** What exporters need of the collector around them. */
export interface ExportersSetup {
  readonly snapshots: Snapshots;
  readonly instruments: OwnInstruments;
  /** Receives the errors of the metrics about exporters. */
  readonly errors: ErrorReporter;
  readonly logger: MetricsLogger;
  /** Who hears of recordings has changed. */
  readonly audienceChanged: () => void;
  /** Adds a check that tells of itself in the log; returns what removes it. */
  readonly addCheck: (definition: HealthCheckDefinition) => () => void;
}

/** The exporters of a collector. */
export class Exporters {
  /** All who hear of recordings: exporters, and subscribers. */
  readonly audience: RecordingFanout;
  private readonly all = new Map<string, RunningExporter>();
  private readonly metrics: ExporterMetrics;
  private readonly context = new ExporterContext();
  private started = false;

  constructor(private readonly setup: ExportersSetup) {
    this.metrics = new ExporterMetrics(setup.instruments, setup.errors, () =>
      this.all.values(),
    );
    this.audience = new RecordingFanout(setup.audienceChanged, (count) =>
      this.metrics.dropped('events$', count),
    );
  }

  get size(): number {
    return this.all.size;
  }

  /**
   * Adds an exporter, and starts it as soon as the collector is initialized.
   *
   * @param path where it comes from, for messages.
   * @returns removes it, after it has delivered all there is, as far as that is possible within so many milliseconds.
   * @throws {OptionsError} if it is none, or its name is taken; and whatever its `start()` throws.
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
      (limit) => this.setup.snapshots.take(limit),
      this.metrics,
      this.setup.logger,
      this.context,
    );
    const removeCheck = this.setup.addCheck({
      name: `exporter:${name}`,
      critical: false,
      cacheFor: 0,
      check: () => running.check(),
    });
    this.all.set(name, running);
    const { feed } = running;
    if (feed !== undefined) this.audience.add(feed);
    const end = async (timeout: number) => {
      await running.stop(new Deadline(timeout));
      this.all.delete(name);
      if (feed !== undefined) this.audience.remove(feed);
      feed?.discard();
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

  /** Starts all of them. If one cannot start, the others are ended again. */
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
   * Delivers all there is, side by side.
   *
   * @throws {ExportError} saying which exporters could not deliver in so many milliseconds.
   * @throws {OptionsError} if that is no time.
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

  /** Delivers all there is, as far as that is possible in so many milliseconds, and ends. Never rejects. */
  async stop(timeout: number): Promise<void> {
    this.started = false;
    const deadline = new Deadline(timeout);
    await Promise.all(
      Array.from(this.all.values(), (one) => one.stop(deadline)),
    );
  }

  /** To be called when metrics were cleared. */
  show(): void {
    if (this.all.size > 0) this.metrics.show();
  }
}

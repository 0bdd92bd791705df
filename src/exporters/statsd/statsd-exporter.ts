import type { MetricsLogger } from '../../core/logger.js';
import type { MetricEvent } from '../../model/metric-event.js';
import { MetricType } from '../../model/metric-type.js';
import type { ExportReport, MetricsExporter } from '../exporter.js';
import type { MetricsSnapshot } from '../snapshot.js';
import {
  resolveStatsdOptions,
  type StatsdConfig,
  type StatsdOptions,
} from './statsd.options.js';
import type { StatsdSender } from './statsd-sender.js';

/**
 * Sends metrics to a StatsD server. Counters and gauges are sent once per interval, however
 * often they were recorded: a counter's growth and a gauge's value. Timers and histograms are
 * sent observation by observation.
 *
 * @example
 * await collector.addExporter(new StatsdExporter({ host: 'telegraf', tags: 'telegraf' }));
 */
export class StatsdExporter implements MetricsExporter {
  readonly name: string;
  readonly interval: number | false;
  readonly timeout: number;
  readonly eventTypes = [MetricType.HISTOGRAM, MetricType.TIMER];
  readonly maxQueueSize: number;
  private readonly config: StatsdConfig;
  private sender: StatsdSender | undefined = undefined;

  /**
   * @param path where the options stand, for messages.
   * @throws {OptionsError} naming the option, what was given and what is allowed.
   */
  constructor(
    options: StatsdOptions = {},
    private readonly path = 'statsd',
  ) {
    this.config = resolveStatsdOptions(options, path);
    this.name = this.config.name;
    this.interval = this.config.interval;
    this.timeout = this.config.timeout;
    this.maxQueueSize = this.config.maxQueueSize;
  }

  /** How many observations are queued for the next export. */
  get waiting(): number {
    return this.sender?.queueLength ?? 0;
  }

  /**
   * @param logger is warned of a variable that is ignored.
   * @throws {OptionsError} naming a package that is missing, or a variable that holds no host or port.
   */
  async start(logger?: MetricsLogger): Promise<void> {
    // Loaded on use: apps without StatsD start sooner.
    const { StatsdSender } = await import('./statsd-sender.js');
    this.sender ??= new StatsdSender(this.config, this.path);
    await this.sender.open(logger);
  }

  /** Queues observations for the next export; drops those that do not fit. */
  receive(events: readonly MetricEvent[]): ExportReport {
    return this.sender!.receive(events);
  }

  /** Sends what is new. The next export repeats what may not have arrived. */
  async export(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    return this.sender!.send(snapshot, signal);
  }
}

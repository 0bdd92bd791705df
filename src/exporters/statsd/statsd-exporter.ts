import type { ExportReport, MetricsExporter } from '../exporter.js';
import type { MetricsSnapshot } from '../snapshot.js';
import type { MetricEvent } from '../../model/metric-event.js';
import { MetricType } from '../../model/metric-type.js';
import {
  type ResolvedStatsdOptions,
  resolveStatsdOptions,
  type StatsdOptions,
} from './statsd.options.js';
import type { StatsdSender } from './statsd-sender.js';

/**
 * Sends metrics to a StatsD server. Counters and gauges go once per interval, however
 * often they were recorded: a counter as what it has grown by, a gauge as what it is.
 * Of timers and histograms each observation goes.
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
  private readonly options: ResolvedStatsdOptions;
  private sender: StatsdSender | undefined = undefined;

  /**
   * @param path where the options stand, for messages.
   * @throws {OptionsError} naming the option, what was given and what is allowed.
   */
  constructor(
    options: StatsdOptions = {},
    private readonly path = 'statsd',
  ) {
    this.options = resolveStatsdOptions(options, path);
    this.name = this.options.name;
    this.interval = this.options.interval;
    this.timeout = this.options.timeout;
    this.maxQueueSize = this.options.maxQueueSize;
  }

  /** How many observations it keeps for the next export. */
  get waiting(): number {
    return this.sender?.kept ?? 0;
  }

  /** @throws {OptionsError} if a package is missing, and says which; or if a variable says what cannot be. */
  async start(): Promise<void> {
    // Apps that send nothing start sooner without it.
    const { StatsdSender } = await import('./statsd-sender.js');
    this.sender ??= new StatsdSender(this.options, this.path);
    await this.sender.open();
  }

  /** Keeps observations until they are exported, as far as there is room. */
  receive(events: readonly MetricEvent[]): ExportReport {
    return this.sender!.keep(events);
  }

  /** Sends what is new. What has not arrived for sure is sent again by the next export. */
  async export(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    return this.sender!.send(snapshot, signal);
  }
}

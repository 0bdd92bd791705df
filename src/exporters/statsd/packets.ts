import {
  STEPS_PER_CLOCK_READ,
  type TimeSlice,
} from '../../core/event-loop-yielder.js';
import { MetricType } from '../../model/metric-type.js';
import type { Deltas } from '../pipeline/deltas.js';
import { eachSeries, seriesOf } from '../pipeline/series-reader.js';
import type {
  CounterSnapshot,
  DistributionSnapshot,
  GaugeSnapshot,
  HistogramSnapshot,
  MetricsSnapshot,
  QuantilesSnapshot,
  SummarySnapshot,
} from '../snapshot.js';
import type { Labels, LineWriter, ObservationType } from './line-writer.js';
import type { ObservationQueue, QueuedSeries } from './observation-queue.js';
import type { StatsdConfig } from './statsd.options.js';

/** A value of a series that is sent, and that the server has once it is acknowledged. */
interface Point {
  /** A line, or two that belong together. Empty: nothing is sent. */
  readonly text: string;
  readonly acknowledge?: () => void;
}

/** A point without a line. It is yielded for unchanged series, so that reading many of them can yield to the event loop. */
const NOTHING: Point = { text: '' };

/** Writes a snapshot and the queued observations as points, one after the other. */
// Why: docs/decisions/exporters.md, "Counters of StatsD come from snapshots".
export class PointWriter {
  private readonly types: Record<'timer' | 'histogram', ObservationType>;
  private readonly sampleRate: number;

  constructor(
    private readonly writer: LineWriter,
    private readonly deltas: Deltas,
    private readonly queue: ObservationQueue,
    config: StatsdConfig,
  ) {
    this.types = observationTypes(config);
    this.sampleRate = config.sampleRate;
  }

  *write({ metrics, time }: MetricsSnapshot): Generator<Point> {
    for (const metric of metrics) {
      if (metric.type === 'counter') yield* this.counter(metric, time);
      else if (metric.type === 'gauge') yield* this.gauge(metric);
      else yield* this.distribution(metric, time);
    }
    for (const series of this.queue.series) yield* this.observations(series);
  }

  private *counter(metric: CounterSnapshot, time: number): Generator<Point> {
    const { name } = metric;
    for (const one of eachSeries(metric)) {
      const { value } = this.deltas.ofValue(name, one);
      // A counter of prom-client may be back at 0 after a reset, which the next delta starts from.
      const mayBeReset = one.created === undefined;
      if (!Number.isFinite(value) || (value === 0 && !mayBeReset)) {
        yield NOTHING;
        continue;
      }
      yield {
        text: this.growth(name, one.labels, value),
        acknowledge: () => this.deltas.acknowledge(name, [one], time),
      };
    }
  }

  /** StatsD has no text for a value that is not finite. */
  private *gauge(metric: GaugeSnapshot): Generator<Point> {
    for (const { labels, value } of eachSeries(metric)) {
      yield Number.isFinite(value)
        ? { text: this.writer.gauge(metric.name, labels, value) }
        : NOTHING;
    }
  }

  /**
   * Histograms and summaries of prom-client, whose single observations are unknown: as counters of
   * their number and sum. Our own are sent observation by observation.
   */
  private *distribution(
    metric: HistogramSnapshot | SummarySnapshot,
    time: number,
  ): Generator<Point> {
    const { name } = metric;
    const all: {
      readonly series: readonly (DistributionSnapshot | QuantilesSnapshot)[];
    } = metric;
    if (seriesOf(all).at(0)?.created !== undefined) return;
    for (const one of eachSeries(all)) {
      const isSummary = 'quantiles' in one;
      if (isSummary) yield* this.quantiles(name, one);
      const series = isSummary ? { ...one, counts: [] } : one;
      const { count, sum } = this.deltas.ofDistribution(name, series);
      const lines = [
        this.growth(`${name}_count`, one.labels, count),
        this.growth(`${name}_sum`, one.labels, sum),
      ];
      yield {
        text: lines.filter((line) => line !== '').join('\n'),
        acknowledge: () => this.deltas.acknowledge(name, [series], time),
      };
    }
  }

  private *quantiles(
    name: string,
    { labels, quantiles }: QuantilesSnapshot,
  ): Generator<Point> {
    for (const { quantile, value } of quantiles) {
      if (!Number.isFinite(value)) continue;
      const own = { ...labels, quantile: String(quantile) };
      yield { text: this.writer.gauge(name, own, value) };
    }
  }

  // Why: docs/decisions/exporters.md, "Several values of a series are several lines".
  private *observations(series: QueuedSeries): Generator<Point> {
    const { type, labels, values } = series;
    const isTimer = type === MetricType.TIMER;
    const name = isTimer ? millisecondsName(series.name) : series.name;
    const as = isTimer ? this.types.timer : this.types.histogram;
    const acknowledge = () => void series.delivered++;
    // What comes while these are sent is part of the next export.
    for (let i = 0, { length } = values; i < length; i++) {
      const value = isTimer ? milliseconds(values[i]!) : values[i]!;
      const isSent = Number.isFinite(value) && this.isSampled();
      const text = isSent
        ? this.writer.line(as, name, labels, value, this.sampleRate)
        : '';
      yield { text, acknowledge };
    }
  }

  private isSampled(): boolean {
    return this.sampleRate === 1 || Math.random() < this.sampleRate;
  }

  private growth(name: string, labels: Labels, value: number): string {
    return value === 0 || !Number.isFinite(value)
      ? ''
      : this.writer.line('c', name, labels, value);
  }
}

/** Plain StatsD has timers only, which take any number; DogStatsD and Telegraf have histograms too. */
function observationTypes({
  distributions,
  tags,
}: StatsdConfig): Record<'timer' | 'histogram', ObservationType> {
  if (distributions) return { timer: 'd', histogram: 'd' };
  return { timer: 'ms', histogram: tags === 'graphite' ? 'ms' : 'h' };
}

// Why: docs/decisions/exporters.md, "StatsD timers are named in milliseconds".
function millisecondsName(name: string): string {
  return name.replace(/_seconds$/, '_milliseconds');
}

/** Rounds off the digits that the multiplication adds: 1.1 s are 1100 ms. */
function milliseconds(seconds: number): number {
  return Number((seconds * 1_000).toPrecision(15));
}

/** Points that are sent together, and acknowledged together. */
export class Batch {
  /** How many points have a text. */
  size = 0;
  private text = '';
  private bytes = 0;
  private readonly acknowledgements: (() => void)[] = [];

  constructor(private readonly maxPacketSize: number) {}

  /** One packet, with a line feed between its lines; if one point is too long for that, a packet for each of its lines. */
  get packets(): string[] {
    if (this.text === '') return [];
    return this.bytes > this.maxPacketSize
      ? this.text.split('\n')
      : [this.text];
  }

  /** Adds a point. Returns `false` if the packet has no room for the point. An empty batch takes any point. */
  add({ text, acknowledge }: Point): boolean {
    if (text !== '') {
      const bytes = Buffer.byteLength(text);
      if (this.text === '') {
        this.text = text;
        this.bytes = bytes;
      } else {
        const total = this.bytes + 1 + bytes;
        if (total > this.maxPacketSize) return false;
        this.text += `\n${text}`;
        this.bytes = total;
      }
      this.size++;
    }
    if (acknowledge !== undefined) this.acknowledgements.push(acknowledge);
    return true;
  }

  /** The points have arrived. */
  acknowledge(): void {
    for (const acknowledge of this.acknowledgements) acknowledge();
  }
}

/** Puts points into batches whose packets have at most so many bytes, and yields to the event loop. */
export async function* batchesOf(
  points: Iterable<Point>,
  maxPacketSize: number,
  slice: TimeSlice,
): AsyncGenerator<Batch> {
  let batch = new Batch(maxPacketSize);
  let read = 0;
  for (const point of points) {
    if (++read % STEPS_PER_CLOCK_READ === 0 && slice.isUsedUp()) {
      await slice.yield();
    }
    if (batch.add(point)) continue;
    yield batch;
    batch = new Batch(maxPacketSize);
    batch.add(point);
  }
  yield batch;
}

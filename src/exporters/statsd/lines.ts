import { eachSeries, seriesOf } from '../pipeline/series-reader.js';
import type { Deltas } from '../pipeline/deltas.js';
import type {
  CounterSnapshot,
  DistributionSnapshot,
  GaugeSnapshot,
  HistogramSnapshot,
  MetricsSnapshot,
  QuantilesSnapshot,
  SummarySnapshot,
} from '../snapshot.js';
import { MetricType } from '../../model/metric-type.js';
import type { LineFormat, ObservationType } from './line-format.js';
import type { WaitingSeries, WaitingValues } from './waiting-values.js';

/** One line or more that belong together. */
export interface Line {
  /** `undefined`: there is nothing to send. */
  readonly text: string | undefined;
  /** To be called when it has arrived. */
  readonly delivered: () => void;
  /** Whether another line follows that belongs to it, in a packet of its own. */
  readonly isPart?: boolean;
}

type Foreign = DistributionSnapshot | QuantilesSnapshot;

/** What timers and histograms are sent as. */
export type ObservationTypes = Record<'timer' | 'histogram', ObservationType>;

const NOTHING = () => {};

/** A series with nothing new. Of many in a row the reader has to know, as they take time too. */
const NO_LINE: Line = { text: undefined, delivered: NOTHING };

/** Writes all there is to be sent as lines, one after the other. */
export class Lines {
  constructor(
    private readonly format: LineFormat,
    private readonly deltas: Deltas,
    private readonly waiting: WaitingValues,
    private readonly types: ObservationTypes,
  ) {}

  *of({ metrics, time }: MetricsSnapshot): Generator<Line> {
    for (const metric of metrics) {
      if (metric.type === 'counter') yield* this.counter(metric, time);
      else if (metric.type === 'gauge') yield* this.gauge(metric);
      else yield* this.foreign(metric, time);
    }
    // What comes while these are sent has to wait for the next time.
    const waiting = [...this.waiting.all()];
    for (const series of waiting) yield* this.observations(series);
  }

  private *counter(metric: CounterSnapshot, time: number): Generator<Line> {
    const { name } = metric;
    for (const one of eachSeries(metric)) {
      const { value } = this.deltas.ofValue(name, one);
      const isForeign = one.created === undefined;
      if (!Number.isFinite(value) || (value === 0 && !isForeign)) {
        yield NO_LINE;
        continue;
      }
      const delivered = () => this.deltas.acknowledgeValues(name, [one], time);
      // Of one of prom-client's that was set back to 0 there is nothing to tell, and that to know.
      const text =
        value === 0 ? undefined : this.format.counter(name, one.labels, value);
      yield { text, delivered };
    }
  }

  /** What is no number cannot be said. */
  private *gauge(metric: GaugeSnapshot): Generator<Line> {
    for (const { labels, value } of eachSeries(metric)) {
      if (!Number.isFinite(value)) continue;
      const text = this.format.gauge(metric.name, labels, value);
      yield { text, delivered: NOTHING };
    }
  }

  /**
   * Histograms and summaries of prom-client, which tells of no single observation.
   * Those of ours are sent value by value.
   */
  private *foreign(
    metric: HistogramSnapshot | SummarySnapshot,
    time: number,
  ): Generator<Line> {
    const { name } = metric;
    const all: { readonly series: readonly Foreign[] } = metric;
    if (seriesOf(all).at(0)?.created !== undefined) return;
    for (const one of eachSeries(all)) {
      if ('quantiles' in one) {
        for (const { quantile, value } of one.quantiles) {
          if (!Number.isFinite(value)) continue;
          const labels = { ...one.labels, quantile: String(quantile) };
          const text = this.format.gauge(name, labels, value);
          yield { text, delivered: NOTHING };
        }
      }
      const whole = 'counts' in one ? one : { ...one, counts: [] };
      yield* this.growth(name, whole, time);
    }
  }

  private *growth(
    name: string,
    series: DistributionSnapshot,
    time: number,
  ): Generator<Line> {
    const { count, sum } = this.deltas.ofDistribution(name, series);
    const { labels } = series;
    const lines: string[] = [];
    if (count !== 0) {
      lines.push(this.format.counter(`${name}_count`, labels, count));
    }
    if (sum !== 0 && Number.isFinite(sum)) {
      lines.push(this.format.counter(`${name}_sum`, labels, sum));
    }
    yield {
      text: lines.length === 0 ? undefined : lines.join('\n'),
      delivered: () =>
        this.deltas.acknowledgeDistributions(name, [series], time),
    };
  }

  private *observations(series: WaitingSeries): Generator<Line> {
    const { type, labels, values } = series;
    const isTimer = type === MetricType.TIMER;
    const as = isTimer ? this.types.timer : this.types.histogram;
    const name = isTimer ? millisecondsName(series.name) : series.name;
    const delivered = () => void series.delivered++;
    for (let i = 0, { length } = values; i < length; i++) {
      const value = isTimer ? milliseconds(values[i]!) : values[i]!;
      const text = Number.isFinite(value)
        ? this.format.observation(as, name, labels, value)
        : undefined;
      yield { text, delivered };
    }
  }
}

/** Timers of StatsD are in milliseconds, and their names should not say seconds. */
function millisecondsName(name: string): string {
  return name.replace(/_seconds$/, '_milliseconds');
}

/** Without the digits that the multiplication makes up: 1.1 s are 1100 ms. */
function milliseconds(seconds: number): number {
  return Number((seconds * 1_000).toPrecision(15));
}

import { type Cell, HistogramCell } from '../model/cells.js';
import { PromClientMetricError, shown } from '../core/errors.js';
import { labelPairs } from '../model/label-text.js';
import { sameItems } from '../core/same-items.js';
import { NO_TIME } from '../core/wall-clock.js';
import {
  promClientExemplar,
  type PromClientNames,
  type PromClientSample,
  type PromClientValue,
  sampleOf,
} from './prom-client-sample.js';
import { type Quantile, SummaryCell } from './metric-family.js';
import { forEachInSlices, type TimeSlice } from '../core/event-loop-yielder.js';

/** Creates cells from a histogram or summary of prom-client, whose series have several samples each. */
export class PromClientComposites {
  /** The bounds of a histogram, once its cells are made. */
  bounds: readonly number[] = [];
  /** The first error of a series that is left out. */
  omitted: PromClientMetricError | undefined = undefined;
  private readonly series = new Map<string, PromClientSample[]>();
  private hasBounds = false;

  constructor(
    private readonly type: 'histogram' | 'summary',
    private readonly names: PromClientNames,
  ) {}

  /** @throws {PromClientMetricError} if the value is invalid. */
  add(given: PromClientValue): void {
    const sample = sampleOf(given, this.type, this.names);
    const key = labelPairs(sample.labels);
    const known = this.series.get(key);
    if (known === undefined) this.series.set(key, [sample]);
    else known.push(sample);
  }

  /** @throws {PromClientMetricError} if buckets or quantiles are invalid. */
  async cells(slice: TimeSlice): Promise<Cell[]> {
    const cells: Cell[] = [];
    await forEachInSlices(this.series.values(), slice, (samples) => {
      const cell = this.cellOf(samples);
      if (cell !== undefined) cells.push(cell);
    });
    return cells;
  }

  private cellOf(samples: readonly PromClientSample[]): Cell | undefined {
    return this.type === 'histogram'
      ? this.histogramCell(samples)
      : this.summaryCell(samples);
  }

  /** The cell of a series. Bucket counts are cumulative in prom-client, and not in a cell. */
  private histogramCell(samples: readonly PromClientSample[]): HistogramCell {
    const { name } = this.names;
    const buckets = bucketsOf(samples);
    this.checkBounds(buckets.map(({ at }) => at));
    const values = buckets.map(({ value }) => value);
    const counts = values.map((value, i) => value - (values[i - 1] ?? 0));
    if (!counts.every(isCount)) {
      throw new PromClientMetricError(
        `The buckets of metric "${name}" count ${shown(values)}; expected whole numbers, each no less than the one before`,
      );
    }
    const cell = new HistogramCell(samples[0]!.labels, counts, NO_TIME);
    cell.sum = last(samples, '_sum') ?? NaN;
    const exemplars = buckets.map(({ exemplar }) =>
      promClientExemplar(exemplar),
    );
    if (exemplars.some((one) => one !== undefined)) cell.exemplars = exemplars;
    return cell;
  }

  private summaryCell(
    samples: readonly PromClientSample[],
  ): SummaryCell | undefined {
    const quantiles = samples
      .filter(({ suffix }) => suffix === '')
      .map(({ at, value }): Quantile => ({ quantile: at, value }));
    this.checkQuantiles(quantiles.map(({ quantile }) => quantile));
    const sum = last(samples, '_sum') ?? NaN;
    const count = last(samples, '_count') ?? 0;
    if (isCount(count)) {
      const { labels } = samples[0]!;
      return new SummaryCell(labels, quantiles, sum, count, NO_TIME);
    }
    this.omitted ??= new PromClientMetricError(
      `A series of the summary "${this.names.name}" is left out: it has the count ${count}; expected a whole number of 0 or more`,
    );
    return undefined;
  }

  /** All series of a histogram must have the same bounds. */
  private checkBounds(all: readonly number[]): void {
    const { name } = this.names;
    const isRising = all.every((bound, i) => i === 0 || bound > all[i - 1]!);
    if (all.at(-1) !== Infinity || !isRising || all[0] === -Infinity) {
      throw new PromClientMetricError(
        `Buckets of metric "${name}" are ${shown(all)}; expected strictly increasing numbers, with +Inf as the last`,
      );
    }
    const finite = all.slice(0, -1);
    if (!this.hasBounds) this.bounds = finite;
    this.hasBounds = true;
    if (!sameItems(this.bounds, finite)) {
      throw new PromClientMetricError(
        `Series of metric "${name}" have the buckets ${shown(this.bounds)} and ${shown(finite)}; expected the same for all`,
      );
    }
  }

  private checkQuantiles(all: readonly number[]): void {
    if (!all.includes(NaN) && new Set(all).size === all.length) return;
    throw new PromClientMetricError(
      `Quantiles of metric "${this.names.name}" are ${shown(all)}; expected different numbers`,
    );
  }
}

/** prom-client adds a bucket for +Inf, also where the user has declared one. */
function bucketsOf(samples: readonly PromClientSample[]): PromClientSample[] {
  const buckets = samples.filter(({ suffix }) => suffix === '_bucket');
  if (buckets.at(-2)?.at === Infinity) buckets.splice(-2, 1);
  return buckets;
}

function last(
  samples: readonly PromClientSample[],
  suffix: string,
): number | undefined {
  return samples.findLast((sample) => sample.suffix === suffix)?.value;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

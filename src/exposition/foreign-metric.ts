import { sameBuckets } from '../model/buckets.js';
import { type Cell, HistogramCell, ValueCell } from '../model/cells.js';
import { NO_TIME } from '../model/wall-clock.js';
import { ForeignMetricError, shown } from '../model/errors.js';
import { labelPairs } from '../model/label-text.js';
import type { LabelSet } from '../model/labels.js';
import { foreignExemplar } from './foreign-exemplar.js';
import { foreignLabels } from './foreign-labels.js';
import {
  type ExposedMetric,
  type PageType,
  type Quantile,
  SummaryCell,
} from './formats/exposed-metric.js';
import type { RegisteredMetric } from './registered-metrics.js';
import { SAMPLES_AT_ONCE, type Turn } from './turns.js';

/** What `get()` of a prom-client metric gives: one value for each line of its page. */
interface ForeignValue {
  readonly labels?: object;
  readonly value: unknown;
  readonly metricName?: string;
  readonly exemplar?: unknown;
}

interface ForeignRead {
  readonly name?: string;
  readonly help?: string;
  readonly values?: readonly ForeignValue[];
}

/** A sample of a series: what it is of the series, and at which bound or quantile. */
interface Sample {
  readonly suffix: string;
  readonly at: number;
  readonly value: number;
  readonly exemplar: unknown;
}

interface ForeignSeries {
  readonly labels: LabelSet;
  readonly samples: Sample[];
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** The label that tells samples of a series apart. */
const OWN_LABEL: Partial<Record<PageType, string>> = {
  histogram: 'le',
  summary: 'quantile',
};

const SUFFIXES: Partial<Record<PageType, readonly string[]>> = {
  counter: ['', '_total'],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads a metric that was made with prom-client, or with anything that can be put
 * into its registry. Nothing that it says is believed: a metric that would spoil
 * a page is refused as a whole.
 *
 * @param get what the metric's own `get()` gives.
 * @throws {ForeignMetricError} saying what cannot be written, or whatever the metric throws.
 */
export async function readForeign(
  { name, type }: RegisteredMetric,
  get: () => Promise<unknown>,
  turn: Turn,
): Promise<ExposedMetric> {
  if (!METRIC_NAME.test(name)) {
    throw new ForeignMetricError(
      `The name ${shown(name)} is malformed; expected a letter, "_" or ":", then letters, digits, "_" and ":"`,
    );
  }
  const read = (await get()) as ForeignRead;
  const series = new Map<string, ForeignSeries>();
  const values = read.values ?? [];
  for (let i = 0; i < values.length; i++) {
    addTo(series, values[i]!, { name, type, read });
    if (i % SAMPLES_AT_ONCE === 0 && turn.isOver()) await turn.next();
  }
  const all = [...series.values()];
  const bounds = type === 'histogram' ? boundsOf(all, name) : [];
  return {
    name,
    type,
    help: String(read.help ?? ''),
    unit: undefined,
    bounds,
    cells: all.map((one) => cellOf(one, name, type)),
  };
}

interface Reading {
  readonly name: string;
  readonly type: PageType;
  readonly read: ForeignRead;
}

/** Adds a value to the series that it is of. */
function addTo(
  series: Map<string, ForeignSeries>,
  { labels: given, value, metricName, exemplar }: ForeignValue,
  { name, type, read }: Reading,
): void {
  const own = OWN_LABEL[type] ?? '';
  const { [own]: at, ...rest } = { ...given } as Record<string, unknown>;
  const labels = foreignLabels(rest, name);
  const key = labelPairs(labels);
  let known = series.get(key);
  if (known === undefined) series.set(key, (known = { labels, samples: [] }));
  if (typeof value !== 'number') {
    throw new ForeignMetricError(
      `Metric "${name}" has the value ${shown(value)}; expected a number`,
    );
  }
  known.samples.push({
    suffix: suffixOf(metricName, [name, String(read.name)], type),
    at: at === '+Inf' ? Infinity : Number(at),
    value,
    exemplar,
  });
}

/** What stands behind the metric's name in that of the sample; the metric may go by two names. */
function suffixOf(
  sampleName: string | undefined,
  names: readonly string[],
  type: PageType,
): string {
  if (sampleName === undefined) return '';
  const allowed = SUFFIXES[type] ?? [''];
  for (const suffix of allowed) {
    if (names.some((name) => sampleName === name + suffix)) return suffix;
  }
  throw new ForeignMetricError(
    `The ${type} "${names[0]}" has a sample named ${shown(sampleName)}; expected the metric's name, followed by one of: ${allowed.join(' ')}`,
  );
}

/** The bounds of all series of a histogram, which must be the same. */
function boundsOf(all: readonly ForeignSeries[], metric: string): number[] {
  let bounds: number[] = [];
  all.forEach(({ samples }, i) => {
    const own = bucketsOf(samples).map(({ at }) => at);
    const isRising = own.every((bound, j) => j === 0 || bound > own[j - 1]!);
    const finite = own.slice(0, -1);
    if (own.at(-1) !== Infinity || !isRising || own[0] === -Infinity) {
      throw new ForeignMetricError(
        `Buckets of metric "${metric}" are ${shown(own)}; expected strictly increasing numbers, with +Inf as the last`,
      );
    }
    if (i === 0) bounds = finite;
    if (!sameBuckets(bounds, finite)) {
      throw new ForeignMetricError(
        `Series of metric "${metric}" have the buckets ${shown(bounds)} and ${shown(finite)}; expected the same for all`,
      );
    }
  });
  return bounds;
}

/** prom-client has a bucket for +Inf of its own, and may have been given another one. */
function bucketsOf(samples: readonly Sample[]): Sample[] {
  const buckets = samples.filter(({ suffix }) => suffix === '_bucket');
  if (buckets.at(-2)?.at === Infinity) buckets.splice(-2, 1);
  return buckets;
}

function cellOf(
  { labels, samples }: ForeignSeries,
  name: string,
  type: PageType,
): Cell {
  const last = (suffix: string) =>
    samples.findLast((sample) => sample.suffix === suffix);
  if (type === 'histogram') {
    const buckets = bucketsOf(samples);
    const sum = last('_sum')?.value ?? NaN;
    return histogramCell(labels, buckets, sum, name);
  }
  if (type === 'summary') {
    const quantiles = samples
      .filter(({ suffix }) => suffix === '')
      .map(({ at, value }): Quantile => ({ quantile: at, value }));
    const sum = last('_sum')?.value ?? NaN;
    const count = last('_count')?.value ?? 0;
    return new SummaryCell(labels, quantiles, sum, count, NO_TIME);
  }
  const { value, exemplar } = samples.at(-1)!;
  const cell = new ValueCell(name, labels, NO_TIME);
  cell.value = value;
  cell.exemplar = foreignExemplar(exemplar);
  return cell;
}

/** prom-client's buckets count what is in those below too. */
function histogramCell(
  labels: LabelSet,
  buckets: readonly Sample[],
  sum: number,
  name: string,
): HistogramCell {
  let below = 0;
  const counts = buckets.map(({ value }) => {
    const count = value - below;
    below = value;
    return count;
  });
  if (!counts.every((count) => count >= 0)) {
    throw new ForeignMetricError(
      `The buckets of metric "${name}" count ${shown(buckets.map(({ value }) => value))}; expected each to count no less than the one before`,
    );
  }
  const cell = new HistogramCell(labels, counts, NO_TIME);
  cell.sum = sum;
  const exemplars = buckets.map(({ exemplar }) => foreignExemplar(exemplar));
  if (exemplars.some((exemplar) => exemplar !== undefined)) {
    cell.exemplars = exemplars;
  }
  return cell;
}

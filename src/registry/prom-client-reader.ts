import { PromClientMetricError, shown } from '../core/errors.js';
import { forEachInSlices, type TimeSlice } from '../core/event-loop-yielder.js';
import { NO_TIME } from '../core/wall-clock.js';
import { type Aggregator, AGGREGATORS } from '../model/aggregator.js';
import { type Cell, ValueCell } from '../model/cells.js';
import { areUniform, distinct } from './distinct-series.js';
import type { MetricFamily, PageType } from './metric-family.js';
import { PromClientComposites } from './prom-client-composites.js';
import {
  promClientExemplar,
  type PromClientNames,
  type PromClientRead,
  type PromClientValue,
  sampleOf,
} from './prom-client-sample.js';
import { pageType, type RegisteredMetric } from './registry-index.js';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A prom-client metric, without the series that no page can show. */
export interface PromClientReading {
  readonly metric: MetricFamily;
  /** The error of series that are left out. */
  readonly omitted: PromClientMetricError | undefined;
}

/**
 * Reads a metric of prom-client, or any other object in the registry. Everything that it
 * returns is checked.
 *
 * @param get calls the metric's own `get()`.
 * @throws {PromClientMetricError} naming what is invalid; and whatever the metric throws.
 */
// Why: docs/decisions/pages.md, "Invalid metrics and series are left out for all readers".
export async function readPromClientMetric(
  { name, type: known }: RegisteredMetric,
  get: () => Promise<unknown>,
  slice: TimeSlice,
): Promise<PromClientReading> {
  if (!METRIC_NAME.test(name)) {
    throw new PromClientMetricError(
      `The name ${shown(name)} is malformed; expected a letter, "_" or ":", then letters, digits, "_" and ":"`,
    );
  }
  const read = (await get()) as PromClientRead;
  const type = known ?? pageType(read.type) ?? 'unknown';
  const series = seriesOf(type, name, read);
  await forEachInSlices(valuesOf(read, name), slice, (value) =>
    series.add(value),
  );
  const made = await series.cells(slice);
  const cells = withoutRepeated(made);
  const omitted =
    series.omitted ??
    (cells.length < made.length ? repeatedError(name) : undefined);
  if (omitted !== undefined && cells.length === 0) throw omitted;
  const help = String(read.help ?? '');
  const { bounds } = series;
  const aggregator = knownAggregator(read.aggregator);
  const metric = {
    name,
    type,
    help,
    unit: undefined,
    aggregator,
    bounds,
    cells,
  };
  return { metric, omitted };
}

function knownAggregator(given: unknown): Aggregator | undefined {
  return AGGREGATORS.find((one) => one === given);
}

function seriesOf(type: PageType, name: string, read: PromClientRead) {
  const given = { name, alias: String(read.name) };
  return type === 'histogram' || type === 'summary'
    ? new PromClientComposites(type, given)
    : new PromClientValues(type, given);
}

function valuesOf(
  { values = [] }: PromClientRead,
  name: string,
): readonly PromClientValue[] {
  if (Array.isArray(values)) return values;
  throw new PromClientMetricError(
    `Metric "${name}" gives the values ${shown(values)}; expected an array`,
  );
}

function withoutRepeated(cells: Cell[]): Cell[] {
  return areUniform(cells) ? cells : distinct(cells, (cell) => cell);
}

function repeatedError(name: string): PromClientMetricError {
  return new PromClientMetricError(
    `Metric "${name}" has several series with the same labels; only the first of them is shown`,
  );
}

/** Makes cells of a prom-client metric whose series have one value each. */
class PromClientValues {
  readonly bounds: readonly number[] = [];
  /** The first error of a series that is left out. */
  omitted: PromClientMetricError | undefined = undefined;
  private readonly made: ValueCell[] = [];
  private readonly texts = new Set<string>();

  constructor(
    private readonly type: PageType,
    private readonly names: PromClientNames,
  ) {}

  /** @throws {PromClientMetricError} if the value is invalid. */
  add(given: PromClientValue): void {
    const { name } = this.names;
    const { labels, value, exemplar } = sampleOf(given, this.type, this.names);
    if (this.type === 'counter' && !(value >= 0)) {
      this.omit(`has the value ${value}; expected 0 or more`);
      return;
    }
    const cell = new ValueCell(name, labels, NO_TIME);
    const { size } = this.texts;
    if (this.texts.add(cell.text).size === size) {
      this.omit(`has two values for the labels ${shown(given.labels)}`);
      return;
    }
    cell.value = value;
    if (exemplar) cell.exemplar = promClientExemplar(exemplar);
    this.made.push(cell);
  }

  async cells(): Promise<ValueCell[]> {
    return this.made;
  }

  private omit(why: string): void {
    this.omitted ??= new PromClientMetricError(
      `A series of the ${this.type} "${this.names.name}" is left out: it ${why}`,
    );
  }
}

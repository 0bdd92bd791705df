import type { Cell } from '../model/cells.js';
import { ForeignMetricError, shown } from '../core/errors.js';
import { areUniform, distinct } from './distinct-series.js';
import { PromClientComposites } from './prom-client-composites.js';
import type { PromClientRead, PromClientValue } from './prom-client-sample.js';
import { PromClientValues } from './prom-client-values.js';
import type { MetricFamily, PageType } from './metric-family.js';
import { pageType, type RegisteredMetric } from './registered-metrics.js';
import { forEachInSlices, type TimeSlice } from '../core/event-loop-yielder.js';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A foreign metric as far as it can be written. */
export interface PromClientReading {
  readonly metric: MetricFamily;
  /** Why some of its series are not among its cells. */
  readonly omitted: ForeignMetricError | undefined;
}

/**
 * Reads a metric that was made with prom-client, or with anything that can be put into its
 * registry. All of it is checked.
 *
 * @param get what the metric's own `get()` gives.
 * @throws {ForeignMetricError} saying what cannot be written, or whatever the metric throws.
 */
// Why: docs/decisions/pages.md, "Invalid metrics and series are left out for all readers".
export async function readPromClientMetric(
  { name, type: known }: RegisteredMetric,
  get: () => Promise<unknown>,
  slice: TimeSlice,
): Promise<PromClientReading> {
  if (!METRIC_NAME.test(name)) {
    throw new ForeignMetricError(
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
    series.omitted ?? (cells.length < made.length ? repeated(name) : undefined);
  if (omitted !== undefined && cells.length === 0) throw omitted;
  const help = String(read.help ?? '');
  const { bounds } = series;
  const metric = { name, type, help, unit: undefined, bounds, cells };
  return { metric, omitted };
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
  throw new ForeignMetricError(
    `Metric "${name}" gives the values ${shown(values)}; expected an array`,
  );
}

function withoutRepeated(cells: Cell[]): Cell[] {
  return areUniform(cells) ? cells : distinct(cells, (cell) => cell);
}

function repeated(name: string): ForeignMetricError {
  return new ForeignMetricError(
    `Metric "${name}" has several series with the same labels; only the first of them is shown`,
  );
}

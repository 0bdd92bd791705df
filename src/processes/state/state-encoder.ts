import { sameItems } from '../../core/same-items.js';
import { NO_TIME, unixTime, unixTimeOf } from '../../core/wall-clock.js';
import type { Cell, ValueCell } from '../../model/cells.js';
import type { MetricFamily } from '../../registry/metric-family.js';
import {
  type LayoutPart,
  type StoredFamily,
  type StoredSeries,
  widthOf,
} from './layout.js';
import {
  type StoredExemplar,
  storedFamily,
  writeSeries,
} from './stored-series.js';

/** The metrics of a process as they are stored. */
export interface EncodedState {
  /** Another number for each layout that does not continue the last one. */
  readonly generation: number;
  /** All parts of the layout so far. */
  readonly parts: readonly LayoutPart[];
  readonly values: Float64Array;
  readonly exemplars: readonly StoredExemplar[];
}

/** Which metrics are encoded. */
export interface EncodeRequest {
  readonly metrics: readonly MetricFamily[];
  /** Whether a metric that is missing among them keeps its last values. */
  readonly keeps: (family: StoredFamily) => boolean;
  /** Memory that the values may be put into: no longer used values of an earlier state. */
  readonly spare?: Float64Array | undefined;
}

type SlotSeries = Pick<Cell, 'names' | 'values' | 'text' | 'created'>;

/** A metric in the layout. */
interface Slot {
  readonly stored: StoredFamily;
  readonly index: number;
  readonly series: SlotSeries[];
  /** Where the values of each series begin. */
  readonly offsets: number[];
}

/** The value of a gauge with the aggregator `latest`, and when it changed (Unix seconds). */
interface Change {
  readonly value: number;
  readonly at: number;
}

/** Encodes the metrics of a process. The layout goes on as long as series are only added. */
export class StateEncoder {
  private generation = 0;
  private parts: LayoutPart[] = [];
  private slots = new Map<string, Slot>();
  private size = 0;
  private values: Float64Array = new Float64Array(0);
  private changes = new Map<string, Change>();

  encode({ metrics, keeps, spare }: EncodeRequest): EncodedState {
    const names = new Set(metrics.map(({ name }) => name));
    const missing = [...this.slots.values()].filter(
      ({ stored }) => !names.has(stored.name),
    );
    const kept = missing.filter(({ stored }) => keeps(stored));
    const isContinued =
      kept.length === missing.length && metrics.every((one) => this.fits(one));
    const before = this.values;
    const added = { families: [], series: [] };
    if (!isContinued) this.restart();
    const moved = isContinued
      ? kept.map((slot) => ({ from: slot, to: slot }))
      : kept.map((slot) => ({ from: slot, to: this.place(slot, added) }));
    const written = metrics.map((metric) => ({
      metric,
      slot: this.place(
        { stored: storedFamily(metric), series: metric.cells },
        added,
      ),
    }));
    if (added.families.length + added.series.length > 0) this.parts.push(added);
    const isUsable = spare?.length === this.size && spare !== before;
    const values = isUsable ? spare.fill(0) : new Float64Array(this.size);
    for (const { from, to } of moved) copyValues(from, before, to, values);
    const exemplars: StoredExemplar[] = [];
    for (const { metric, slot } of written) {
      writeSeries(metric, slot.offsets, values, exemplars);
    }
    this.writeChanges(written, values);
    this.values = values;
    const { generation, parts } = this;
    return { generation, parts: [...parts], values, exemplars };
  }

  private restart(): void {
    this.generation++;
    this.parts = [];
    this.slots = new Map();
    this.size = 0;
  }

  /** Whether the layout can go on: what it has of a metric is unchanged, and new series come after it. */
  private fits(metric: MetricFamily): boolean {
    const slot = this.slots.get(metric.name);
    if (slot === undefined) return true;
    const { cells } = metric;
    return (
      isSameFamily(slot.stored, metric) &&
      cells.length >= slot.series.length &&
      slot.series.every((one, i) => isSameSeries(one, cells[i]!))
    );
  }

  /** Finds or adds the place of a metric and of each of its series. */
  private place(
    { stored, series }: { stored: StoredFamily; series: readonly SlotSeries[] },
    added: { families: StoredFamily[]; series: StoredSeries[] },
  ): Slot {
    let slot = this.slots.get(stored.name);
    if (slot === undefined) {
      slot = { stored, index: this.slots.size, series: [], offsets: [] };
      this.slots.set(stored.name, slot);
      added.families.push(stored);
    }
    const width = widthOf(stored);
    for (let i = slot.series.length; i < series.length; i++) {
      const one = series[i]!;
      const { names, values, created } = one;
      slot.series.push(one);
      slot.offsets.push(this.size);
      this.size += width;
      const time = created === NO_TIME ? 0 : unixTimeOf(created);
      added.series.push([slot.index, names, values, time]);
    }
    return slot;
  }

  /** Writes when gauges with the aggregator `latest` changed. */
  private writeChanges(
    written: readonly { metric: MetricFamily; slot: Slot }[],
    values: Float64Array,
  ): void {
    const before = this.changes;
    this.changes = new Map();
    const now = unixTime();
    for (const { metric, slot } of written) {
      if (metric.aggregator !== 'latest') continue;
      metric.cells.forEach((cell, i) => {
        const { value } = cell as ValueCell;
        const key = `${metric.name} ${cell.text}`;
        const last = before.get(key);
        const change = last?.value === value ? last : { value, at: now };
        this.changes.set(key, change);
        values[slot.offsets[i]! + 1] = change.at;
      });
    }
  }
}

/** Cells of prom-client's metrics are made for each page. */
function isSameSeries(a: SlotSeries, b: SlotSeries): boolean {
  return a === b || (a.text === b.text && a.created === b.created);
}

function isSameFamily(stored: StoredFamily, metric: MetricFamily): boolean {
  return (
    stored.type === metric.type &&
    stored.help === metric.help &&
    stored.unit === metric.unit &&
    stored.aggregator === metric.aggregator &&
    stored.isPersistent === metric.isPersistent &&
    stored.isProvisional === metric.isProvisional &&
    sameItems(stored.bounds, storedFamily(metric).bounds)
  );
}

function copyValues(
  from: Slot,
  before: Float64Array,
  to: Slot,
  values: Float64Array,
): void {
  const width = widthOf(from.stored);
  from.offsets.forEach((offset, i) =>
    values.set(before.subarray(offset, offset + width), to.offsets[i]),
  );
}

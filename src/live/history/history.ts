import type { MetricFamily } from '../../registry/metric-family.js';
import type { Cell } from '../../model/cells.js';
import { ByteLog } from './byte-log.js';
import {
  type ChangeVisitor,
  longestChange,
  readChanges,
  writeAbsent,
} from './changes.js';
import { SampledMetric } from './sampled-metric.js';
import { SampleTimes } from './sample-times.js';
import { TrackedSeries } from './tracked-series.js';

/** Bytes of the log. With the last values and the labels of {@link MAX_SERIES} series the history stays below 2 MB. */
const MAX_LOG = 1_152 * 1024;

/** The largest number of series with a history. */
const MAX_SERIES = 2_000;

/** Bytes of a tracked series without its last values. */
const SERIES_BYTES = 160;

/** What happened in the last minutes: a log of the changes that each sample has found. */
// Why: docs/decisions/live.md, "The history is a log of changes".
export class History {
  readonly times: SampleTimes;
  readonly log = new ByteLog(MAX_LOG);
  readonly metrics = new Map<string, SampledMetric>();
  readonly slots: (TrackedSeries | undefined)[] = [];
  /** How many series with recordings are not tracked. */
  leftOut = 0;
  /** The metrics as they were gathered for the last sample. */
  families: readonly MetricFamily[] = [];
  private tracked = 0;
  private readonly freeSlots: number[] = [];
  /** Where the sample that is being taken begins in the log. */
  private position = 0;
  private isOpen = false;

  /**
   * @param id tells this history from others.
   * @param maxSamples the largest number of samples that are kept.
   */
  constructor(
    readonly id: string,
    maxSamples: number,
  ) {
    this.times = new SampleTimes(maxSamples);
  }

  /** Bytes in memory. */
  get bytes(): number {
    let bytes = this.log.capacity + this.times.bytes;
    bytes += this.tracked * SERIES_BYTES;
    for (const metric of this.metrics.values()) bytes += metric.bytes;
    return bytes;
  }

  get hasRoom(): boolean {
    return this.tracked < MAX_SERIES;
  }

  /** The number of the sample that is being taken, or comes next. */
  get next(): number {
    return this.times.next;
  }

  metricOf(family: MetricFamily): SampledMetric {
    const known = this.metrics.get(family.name);
    if (known?.isOf(family)) return known;
    if (known !== undefined) this.forget(known);
    const metric = new SampledMetric(family);
    this.metrics.set(family.name, metric);
    return metric;
  }

  track(metric: SampledMetric, cell: Cell): TrackedSeries {
    const slot = this.freeSlots.pop() ?? this.slots.length;
    const row = metric.newRow();
    const series = new TrackedSeries(metric, slot, row, cell, this.next);
    this.slots[slot] = series;
    this.tracked++;
    return series;
  }

  /** Gives up a series, and what is known of it. */
  untrack(series: TrackedSeries): void {
    const { metric, slot, row } = series;
    this.slots[slot] = undefined;
    this.freeSlots.push(slot);
    this.tracked--;
    metric.freeRow(row);
    metric.gone.delete(series);
    const at = metric.tracked.indexOf(series);
    if (at < 0) return;
    metric.tracked[at] = undefined;
    // Something was recorded in it, so it counts as left out from now on.
    metric.totals[at] = Infinity;
  }

  /** Makes room in the log for one more change, of a series with so many buckets; `false` if one sample alone fills it. */
  makeRoom(buckets: number): boolean {
    const length = longestChange(buckets);
    while (!this.log.makeRoom(length)) if (!this.dropFirst()) return false;
    return true;
  }

  beginSample(): void {
    this.position = this.log.end;
    this.isOpen = true;
  }

  /**
   * Adds the sample, once all of its changes are written.
   *
   * @param time in Unix seconds.
   * @param seconds since the sample before.
   */
  endSample(time: number, seconds: number): void {
    if (this.times.isFull) this.dropFirst();
    this.times.add(time, seconds, this.position);
    this.isOpen = false;
  }

  /** Where the last complete sample ends in the log. */
  private get endOfLast(): number {
    return this.isOpen ? this.position : this.log.end;
  }

  /** Marks a gauge as absent. */
  writeAbsent(series: TrackedSeries): void {
    if (Number.isNaN(series.level) || !this.makeRoom(0)) return;
    writeAbsent(this.log, series.slot);
    series.level = NaN;
    series.changed(this.next, 1);
  }

  /** Reads the changes of a sample that is kept. */
  read(sample: number, visitor: ChangeVisitor): void {
    const { log, times } = this;
    const isLast = sample === times.next - 1;
    const end = isLast ? this.endOfLast : times.positionOf(sample + 1);
    const reader = log.readerAt(times.positionOf(sample));
    readChanges(reader, log.indexOf(end), visitor);
  }

  /** Drops the oldest sample, of which the levels of gauges are kept. Returns whether there was one. */
  private dropFirst(): boolean {
    const { times, log, slots } = this;
    const sample = times.first;
    if (sample >= times.next) return false;
    const setLevel = (slot: number, level: number) => {
      const series = slots[slot];
      if (series !== undefined && sample >= series.since) {
        series.levelBefore = level;
      }
    };
    this.read(sample, {
      value: setLevel,
      absent: (slot) => setLevel(slot, NaN),
      bucket: () => {},
      sum: () => {},
    });
    times.dropFirst();
    const isEmpty = times.first === times.next;
    log.dropBefore(isEmpty ? this.position : times.positionOf(times.first));
    return true;
  }

  private forget(metric: SampledMetric): void {
    for (const series of [...metric.tracked, ...metric.gone]) {
      if (series !== undefined) this.untrack(series);
    }
  }

  /** Forgets metrics that are no longer there, once nothing of them is in the history. */
  forgetGone(present: ReadonlySet<string>): void {
    for (const [name, metric] of this.metrics) {
      for (const series of metric.gone) {
        if (series.lastChange < this.times.first) this.untrack(series);
      }
      if (!present.has(name) && metric.gone.size === 0) {
        this.metrics.delete(name);
      }
    }
  }
}

import type { ValueCell } from './cells.js';
import { MetricValueError, shown } from '../core/errors.js';
import type { Family } from './family.js';
import type { GaugeFamily } from './gauge-family.js';
import { Instrument, namedLabels, Series } from './instrument.js';
import { type Labels, type LabelValue, NO_LABELS } from './labels.js';
import { startSeriesTimer, startTimer, type StopTimer } from './stop-timer.js';
import { unixTime } from '../core/wall-clock.js';

/**
 * Reads the present value of a gauge at scrape time. It returns the value, or sets series
 * of the gauge, which it gets as argument and as `this`. A series that it sets at one
 * scrape and not at the next one is removed.
 */
export type GaugeCallback = (
  this: Gauge,
  gauge: Gauge,
) => number | void | Promise<number | void>;

/**
 * A value that goes up and down.
 *
 * @example
 * const sessions = collector.gauge('active_sessions', { description: 'Number of active sessions' });
 * sessions.set(5);
 * sessions.dec();
 */
export class Gauge extends Instrument<GaugeFamily> {
  /**
   * Sets the series of these labels.
   *
   * @throws {MetricValueError} if `value` is not a number; {LabelError} if the labels are invalid.
   */
  set(labels: Labels, value: number): void;
  /** Sets the series without labels. Throws as with labels. */
  set(value: number): void;
  set(labels: Labels | number, value?: number): void {
    if (typeof labels === 'object') this.record(labels, value);
    else this.record(NO_LABELS, labels);
  }

  /** @internal */
  override record(labels: Labels, value: number | undefined): void {
    checkNumber(value, this.family.name);
    setTo(this.family.cell(labels), value, this.family);
  }

  /** Adds `value` (default 1). Throws as {@link set} does, and if the sum of finite numbers would not be finite. */
  inc(labels?: Labels, value?: number): void;
  /** Adds `value` (default 1) to the series without labels. Throws as {@link set} does. */
  inc(value?: number): void;
  inc(labels: Labels | number = NO_LABELS, value = 1): void {
    if (typeof labels !== 'object') return this.inc(NO_LABELS, labels);
    checkNumber(value, this.family.name);
    addTo(this.family.cell(labels), value, this.family);
  }

  /** Subtracts `value` (default 1). Throws as {@link inc} does. */
  dec(labels?: Labels, value?: number): void;
  /** Subtracts `value` (default 1) from the series without labels. Throws as {@link set} does. */
  dec(value?: number): void;
  dec(labels: Labels | number = NO_LABELS, value = 1): void {
    if (typeof labels !== 'object') return this.dec(NO_LABELS, labels);
    checkNumber(value, this.family.name);
    addTo(this.family.cell(labels), -value, this.family);
  }

  /** Sets the series to the present time, in seconds since the Unix epoch. */
  setToCurrentTime(labels: Labels = NO_LABELS): void {
    this.set(labels, unixTime());
  }

  /**
   * Starts a timer. Stopping it sets the series to the seconds since then and returns them.
   *
   * @throws {LabelError} if the labels are no object of label names and values.
   *
   * @example
   * const stop = collector.gauge('last_import_seconds').startTimer({ source: 'crm' });
   * const rows = await importRows();
   * stop({ status: rows.length > 0 ? 'full' : 'empty' });
   */
  startTimer(labels: Labels = NO_LABELS): StopTimer {
    return startTimer(this, labels);
  }

  /**
   * The series of these labels, resolved once: the fastest way to record in it.
   *
   * @throws {LabelError} if the labels are invalid.
   */
  labels(labels: Labels): GaugeSeries;
  /**
   * The series of these label values, in the order of the `labelNames` that the metric was asked for with.
   *
   * @throws {LabelError} if there are more or fewer of them, or they are invalid.
   */
  labels(...values: LabelValue[]): GaugeSeries;
  labels(...labels: [Labels] | LabelValue[]): GaugeSeries {
    return new GaugeSeries(this.family, namedLabels(this.family, labels));
  }

  /** @internal Calls `callback` whenever the gauge is scraped. A later callback replaces it. */
  readThrough(callback: GaugeCallback): void {
    this.family.readThrough(() => {
      const value = callback.call(this, this);
      if (typeof value === 'object') return this.setLater(value);
      this.setRead(value);
      return undefined;
    });
  }

  private async setLater(value: Promise<number | void>): Promise<void> {
    this.setRead(await value);
  }

  private setRead(value: number | void): void {
    if (value !== undefined) this.set(NO_LABELS, value);
  }
}

/** One series of a {@link Gauge}. */
export class GaugeSeries extends Series<ValueCell> {
  /**
   * Sets the value.
   *
   * @throws {MetricValueError} if `value` is not a number.
   */
  set(value: number): void {
    checkNumber(value, this.metric);
    setTo(this.live(), value, this.family);
  }

  /** Adds `value`. Default: 1. Throws as {@link set} does. */
  inc(value = 1): void {
    checkNumber(value, this.metric);
    addTo(this.live(), value, this.family);
  }

  /** Subtracts `value`. Default: 1. Throws as {@link set} does. */
  dec(value = 1): void {
    checkNumber(value, this.metric);
    addTo(this.live(), -value, this.family);
  }

  /** Sets the series to the present time, in seconds since the Unix epoch. */
  setToCurrentTime(): void {
    this.set(unixTime());
  }

  /** Starts a timer. Stopping it sets the series to the seconds since then and returns them. */
  startTimer(): () => number {
    return startSeriesTimer(this);
  }

  /** @internal */
  took(seconds: number): void {
    this.set(seconds);
  }
}

function setTo(
  cell: ValueCell,
  value: number,
  { hook }: Family<ValueCell>,
): void {
  cell.value = value;
  if (hook !== undefined) hook.changed(cell);
}

function addTo(
  cell: ValueCell,
  value: number,
  family: Family<ValueCell>,
): void {
  const sum = cell.value + value;
  if (!Number.isFinite(sum)) checkSum(cell, value, family);
  cell.value = sum;
  const { hook } = family;
  if (hook !== undefined) hook.changed(cell);
}

/** Throws where finite numbers have an infinite sum. Only an infinite or NaN value makes a gauge so. */
function checkSum(
  cell: ValueCell,
  value: number,
  family: Family<ValueCell>,
): void {
  if (!Number.isFinite(cell.value) || !Number.isFinite(value)) return;
  if (!family.isExposed(cell)) return;
  throw new MetricValueError(
    `Gauge "${family.name}" is at ${cell.value} and cannot be changed by ${value}; expected a sum of ${Number.MAX_VALUE} at most; set() takes Infinity`,
  );
}

/** @throws {MetricValueError} unless `value` is a number. NaN and the infinities are allowed. */
export function checkNumber(
  value: unknown,
  metric: string,
): asserts value is number {
  if (typeof value !== 'number') {
    throw new MetricValueError(
      `Gauge "${metric}" cannot take ${shown(value)}; expected a number`,
    );
  }
}

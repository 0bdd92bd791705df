import type { Stepwise } from '../../core/stepwise.js';
import type { ChangeVisitor } from '../history/changes.js';
import type { History } from '../history/history.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import type { Measure } from './measure.js';
import type { SampleAt, Window } from './window.js';

/** Passes the changes of a history to measures. */
export class Scan implements ChangeVisitor {
  private readonly measures: (Measure[] | undefined)[] = [];
  private readonly gauges: { series: TrackedSeries; level: number }[] = [];
  private readonly gaugeOf: ({ level: number } | undefined)[] = [];
  private sample = 0;
  private at!: SampleAt;

  constructor(
    private readonly history: History,
    private readonly window: Window,
  ) {}

  /** Has a measure receive what happened in a series. */
  watch(series: TrackedSeries, measure: Measure): void {
    const { slot, metric } = series;
    const known = this.measures[slot];
    if (known !== undefined) return void known.push(measure);
    this.measures[slot] = [measure];
    if (metric.width > 0) return;
    const gauge = { series, level: series.levelBefore };
    this.gauges.push(gauge);
    this.gaugeOf[slot] = gauge;
  }

  *run(): Stepwise<void> {
    const { first, last } = this.window;
    for (this.sample = first; this.sample <= last; this.sample++) {
      this.at = this.window.at(this.sample);
      this.history.read(this.sample, this);
      this.passLevels();
      yield;
    }
  }

  value(slot: number, value: number): void {
    const gauge = this.gaugeOf[slot];
    if (gauge !== undefined) {
      if (this.isOfSeries(slot)) gauge.level = value;
      return;
    }
    const measures = this.wanted(slot);
    if (measures === undefined) return;
    for (const measure of measures) measure.add(this.at, value);
  }

  absent(slot: number): void {
    const gauge = this.gaugeOf[slot];
    if (gauge !== undefined && this.isOfSeries(slot)) gauge.level = NaN;
  }

  bucket(slot: number, bucket: number, count: number): void {
    const measures = this.wanted(slot);
    if (measures === undefined) return;
    for (const measure of measures) measure.bucket(this.at, bucket, count);
  }

  sum(slot: number, amount: number): void {
    const measures = this.wanted(slot);
    if (measures === undefined) return;
    for (const measure of measures) measure.sum(this.at, amount);
  }

  private passLevels(): void {
    if (this.at.bar < 0 && this.at.line < 0) return;
    for (const { series, level } of this.gauges) {
      if (Number.isNaN(level)) continue;
      for (const measure of this.measures[series.slot]!) {
        measure.level(this.at, level);
      }
    }
  }

  /** The measures of a slot; none if the sample is outside of the range, or about the series that had the slot before. */
  private wanted(slot: number): readonly Measure[] | undefined {
    const measures = this.measures[slot];
    return measures !== undefined && this.at.bar >= 0 && this.isOfSeries(slot)
      ? measures
      : undefined;
  }

  private isOfSeries(slot: number): boolean {
    return this.sample >= this.history.slots[slot]!.since;
  }
}

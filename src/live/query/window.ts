import type { Grid, Points } from '../answers.js';
import type { History } from '../history/history.js';

/** The largest number of steps of a line, and of bars. */
const MAX_LINES = 120;
const MAX_BARS = 60;

/** Seconds of what counts as recent. */
const RECENT = 300;
const LAST_MINUTE = 60;

/** A sample within a {@link Window}: where it is in the grids. */
export interface SampleAt {
  /** Unix time in seconds. */
  readonly time: number;
  /** The steps that it belongs to; -1 for none. */
  readonly line: number;
  readonly bar: number;
  readonly isRecent: boolean;
  readonly isInLastMinute: boolean;
}

/** The time range of an answer, divided into steps. */
export class Window {
  readonly lines: Grid;
  readonly bars: Grid;
  /** Seconds of each step in which the app was sampled. */
  readonly lineSeconds: Float64Array;
  readonly barSeconds: Float64Array;
  /** Unix time of the last sample; now without a sample. */
  readonly now: number;
  readonly first: number;
  readonly last: number;
  /** Seconds of the range in which the app was sampled. */
  sampled = 0;
  /** Seconds of the last minute in which it was sampled. */
  private sampledLastMinute = 0;
  private readonly samples: SampleAt[] = [];

  /** @param interval seconds between two samples. */
  constructor(
    history: History,
    readonly minutes: number,
    readonly interval: number,
    time: number,
  ) {
    const { times } = history;
    this.first = times.first;
    this.last = times.next - 1;
    this.now = this.last < this.first ? time : times.timeOf(this.last);
    this.lines = gridOf(this.now, minutes, interval, MAX_LINES);
    this.bars = gridOf(this.now, minutes, interval, MAX_BARS);
    this.lineSeconds = new Float64Array(this.lines.count);
    this.barSeconds = new Float64Array(this.bars.count);
    for (let i = this.first; i <= this.last; i++) this.add(history, i);
  }

  at(sample: number): SampleAt {
    return this.samples[sample - this.first]!;
  }

  /** The points of a line or bars of which nothing is known. */
  nothing(grid: 'lines' | 'bars'): Points {
    return Array.from({ length: this[grid].count }, () => null);
  }

  /** The factor that makes an amount of the last minute one per minute. */
  get perMinute(): number {
    return this.sampledLastMinute === 0 ? 0 : 60 / this.sampledLastMinute;
  }

  private add({ times }: History, sample: number): void {
    const time = times.timeOf(sample);
    const seconds = times.secondsOf(sample);
    // The middle of the interval: timers are late by a moment, which must not move a sample to the next step.
    const middle = time - Math.min(seconds, this.interval) / 2;
    const line = stepAt(this.lines, middle);
    const bar = stepAt(this.bars, middle);
    if (line >= 0) this.lineSeconds[line]! += seconds;
    if (bar >= 0) {
      this.barSeconds[bar]! += seconds;
      this.sampled += Math.min(seconds, this.interval * 1.5);
    }
    const isInLastMinute = middle > this.now - LAST_MINUTE;
    if (isInLastMinute) this.sampledLastMinute += seconds;
    const isRecent = middle > this.now - RECENT;
    this.samples.push({ time, line, bar, isRecent, isInLastMinute });
  }
}

/** Steps at whole multiples of their length, so that their edges stay where they are. */
function gridOf(
  now: number,
  minutes: number,
  interval: number,
  most: number,
): Grid {
  const least = (minutes * 60) / most;
  const seconds = Math.ceil(least / interval - 1e-9) * interval;
  const count = Math.max(1, Math.round((minutes * 60) / seconds));
  const end = Math.ceil(now / seconds - 1e-9) * seconds;
  return { start: end - count * seconds, seconds, count };
}

function stepAt({ start, seconds, count }: Grid, time: number): number {
  const step = Math.floor((time - start) / seconds);
  return step >= 0 && step < count ? step : -1;
}

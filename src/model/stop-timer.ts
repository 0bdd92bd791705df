import { instant, secondsSince } from '../core/clock.js';
import { type Labels, NO_LABELS, ownLabels } from './labels.js';

/** Stops a timer, records its seconds with these further labels, and returns the seconds. */
export type StopTimer = (labels?: Labels) => number;

/** An instrument that takes durations. */
interface TimedInstrument {
  readonly name: string;
  record(labels: Labels, seconds: number): void;
}

/** One series that takes durations. */
interface TimedSeries {
  took(seconds: number): void;
}

/** @throws {LabelError} if the labels are no object of label names and values. */
export function startTimer(
  instrument: TimedInstrument,
  labels: Labels,
): StopTimer {
  const startLabels = ownLabels(labels, instrument.name);
  const start = instant();
  return (stopLabels = NO_LABELS) => {
    const seconds = secondsSince(start);
    const given = ownLabels(stopLabels, instrument.name);
    instrument.record({ ...startLabels, ...given }, seconds);
    return seconds;
  };
}

export function startSeriesTimer(series: TimedSeries): () => number {
  const start = instant();
  return () => {
    const seconds = secondsSince(start);
    series.took(seconds);
    return seconds;
  };
}

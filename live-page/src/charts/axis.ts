import type { Grid, Points } from '../../../src/live/answers.js';

/** The time axis that all drawings of one kind share. */
export interface Axis {
  /** The middle of each step, in Unix seconds. */
  readonly times: readonly number[];
  readonly from: number;
  readonly to: number;
  /** Seconds of a step. */
  readonly step: number;
  /** Steps that have begun since the app answered last. */
  readonly shift: number;
  /** How many steps the last sample can be in: those after it are no gaps. */
  readonly begun: number;
}

/**
 * The axis of a grid. While the app is away, `away` seconds go on at its end.
 *
 * @param begun Unix time at which the last sample's interval began.
 */
export function axisOf(grid: Grid, away = 0, begun = Infinity): Axis {
  const { count, seconds } = grid;
  const shift = Math.min(count, Math.max(0, Math.floor(away / seconds)));
  const from = grid.start + shift * seconds;
  const steps = shift > 0 ? count : Math.ceil((begun - from) / seconds);
  return {
    times: Array.from(
      { length: count },
      (_, index) => from + (index + 0.5) * seconds,
    ),
    from,
    to: from + count * seconds,
    step: seconds,
    shift,
    begun: Math.min(count, steps),
  };
}

/** Moves what was received to its place on an axis that went on. */
export function aligned<T>(
  axis: Axis,
  points: readonly (T | null)[],
): readonly (T | null)[] {
  if (axis.shift === 0) return points;
  return [
    ...points.slice(axis.shift),
    ...Array.from({ length: Math.min(axis.shift, points.length) }, () => null),
  ];
}

/** Which step a time is in, `-1` for no time. */
export function indexAt(axis: Axis, time: number | null): number {
  if (time === null) return -1;
  return nearestStep(axis, Math.floor((time - axis.from) / axis.step));
}

/** The step of an index, or the first or last one. */
export const nearestStep = ({ times }: Axis, index: number): number =>
  Math.max(0, Math.min(times.length - 1, index));

/** The place of the middle of a step, in percent from the left. */
export const placeOf = ({ times }: Axis, index: number): number =>
  ((index + 0.5) / times.length) * 100;

/** The last value, or `null`. */
export const latest = (points: Points): number | null =>
  points.findLast((value) => value !== null) ?? null;

/** The value at a step, or the latest for `-1`. */
export const valueAt = (points: Points, index: number): number | null =>
  index < 0 ? latest(points) : (points[index] ?? null);

/** The mean of what was sampled. */
export function mean(points: Points): number | null {
  const values = points.filter((value) => value !== null);
  return values.length
    ? values.reduce((sum, value) => sum + value, 0) / values.length
    : null;
}

const TICK_STEPS = [
  10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600,
  43_200,
];

/** Full minutes, as few as fit side by side. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const wanted = Math.max(2, Math.floor(most));
  const step =
    TICK_STEPS.find((seconds) => (to - from) / seconds <= wanted) ??
    TICK_STEPS.at(-1)!;
  const first = Math.ceil(from / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, index) => first + index * step,
  );
}

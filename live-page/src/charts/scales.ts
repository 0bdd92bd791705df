import type { Points } from '../../../src/live/answers.js';

/** Steps between the ticks of an axis of durations, in seconds. */
export const DURATION_STEPS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60,
  120, 300, 600, 1800, 3600,
];

const POWERS = Array.from({ length: 12 }, (_, index) => 10 ** (index - 6));
const HALF_POWERS = POWERS.flatMap((power) => [power, 3 * power]);

/** Ticks of a logarithmic axis: powers of ten, with their threes where these are few. */
export function logTicks(from: number, to: number): number[] {
  const inside = (ticks: readonly number[]) =>
    ticks
      .map((tick) => Number(tick.toPrecision(1)))
      .filter((tick) => tick >= from && tick <= to);
  const powers = inside(POWERS);
  return powers.length > 2 ? powers : inside(HALF_POWERS);
}

/** The range of a logarithmic axis, with room above and below. */
export const logRange = (low: number, high: number): [number, number] =>
  low > 0 && high > 0 ? [low / 1.4, high * 1.4] : [0.1, 10];

/** The range of an axis that starts at zero. */
export const zeroRange = (_low: number, high: number): [number, number] => [
  0,
  high > 0 ? high * 1.08 : 1,
];

/** The range of calls above and failures below the line: there is always room below it. */
export const mirrorRange = (low: number, high: number): [number, number] => [
  Math.min(low * 1.1, -(high > 0 ? high : 1) * 0.12),
  high > 0 ? high * 1.08 : 1,
];

/** Each series on top of those before it; the last of the list is drawn first. */
export function stacked(all: readonly Points[]): Points[] {
  const sums: Points[] = [];
  let below: Points = all[0]?.map(() => 0) ?? [];
  for (const points of all) {
    below = below.map((base, index) => sumOf(base, points[index]));
    sums.unshift(below);
  }
  return sums;
}

const sumOf = (base: number | null, value: number | null | undefined) =>
  base === null || value == null ? null : base + value;

/** Failures as what lies below the line. */
export const below = (points: Points): Points =>
  points.map((value) => (value === null ? null : -value));

/** A logarithmic scale has no place for zero. */
export const aboveZero = (points: Points): Points =>
  points.map((value) => (value !== null && value > 0 ? value : null));

export const largest = (points: Points): number =>
  points.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);

import type { Quantile } from '../../../src/live/answers.js';
import {
  isNothing,
  JOINT,
  NONE,
  plain,
  SPACE,
  withoutZeros,
} from './numbers.js';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Two units: `6 min 3 s`. */
function pair(
  value: number,
  factor: number,
  big: string,
  small: string,
): string {
  const whole = Math.round(value);
  const rest = whole % factor;
  const first = Math.floor(whole / factor) + SPACE + big;
  return rest ? `${first} ${rest}${SPACE}${small}` : first;
}

/**
 * Seconds: `340 µs`, `12 ms`, `1.2 s`, `24 s`, `2 min 5 s`, `1 h 3 min`. Two digits, as
 * quantiles from buckets are no more exact.
 */
export function duration(seconds: number | null | undefined): string {
  if (isNothing(seconds)) return NONE;
  if (seconds === 0) return `0${SPACE}s`;
  if (seconds === Infinity) return '∞';
  if (seconds < 0.000995) return plain(seconds * 1e6, 0) + SPACE + 'µs';
  if (seconds < 0.995)
    return Number((seconds * 1e3).toPrecision(2)) + SPACE + 'ms';
  if (seconds < 119.5)
    return seconds.toFixed(seconds < 9.95 ? 1 : 0) + SPACE + 's';
  if (seconds < HOUR) return pair(seconds, 60, 'min', 's');
  if (seconds < DAY) return pair(seconds / MINUTE, 60, 'h', 'min');
  return pair(seconds / HOUR, 24, 'd', 'h');
}

/** A duration where there is no room for two units: on an axis. */
export const axisDuration = (seconds: number): string =>
  withoutZeros(
    seconds < 119.5
      ? duration(seconds)
      : plain(seconds / MINUTE, 1) + SPACE + 'min',
  );

/** Full seconds: `6 min 3 s`. */
export const age = (seconds: number | null | undefined): string =>
  withoutZeros(duration(seconds == null ? null : Math.round(seconds)));

/** `now`, `9 min ago` */
export const ago = (seconds: number | null | undefined): string =>
  seconds == null ? NONE : seconds < 1 ? 'now' : `${age(seconds)} ago`;

/** The number of a quantile: of one in the last bucket, the bucket's lower bound. */
export const quantileSeconds = (value: Quantile): number | null =>
  typeof value === 'object' && value ? value.above : value;

/** `1.2 s`, or `> 100 s` for a quantile in the last bucket. */
export const quantile = (value: Quantile): string =>
  typeof value === 'object' && value
    ? `>${JOINT}${withoutZeros(duration(value.above))}`
    : duration(value);

/** Formats points of a quantile, of which those at `limit` and above lie in the last bucket. */
export const boundedDuration =
  (limit: number | null) =>
  (seconds: number | null | undefined): string =>
    limit !== null && seconds != null && seconds >= limit
      ? quantile({ above: limit })
      : duration(seconds);

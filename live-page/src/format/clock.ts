import { SPACE } from './numbers.js';

const two = (value: number): string => String(value).padStart(2, '0');

/** Unix time in the zone of the reader: `14:32:05` */
export function clock(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${axisClock(seconds)}:${two(date.getSeconds())}`;
}

/** `14:32` */
export function axisClock(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What an answer says about its time range. */
export interface SampledRange {
  readonly minutes: number;
  readonly sampled: number;
}

/** How much of a range may be missing before the page says so. */
const COMPLETE = 0.95;

/** Whether the app was sampled in the whole range. */
export const isComplete = ({ minutes, sampled }: SampledRange): boolean =>
  sampled >= minutes * 60 * COMPLETE;

/** `30 min`, `4 h` */
export const minutesText = (minutes: number): string =>
  minutes % 60 === 0 ? `${minutes / 60}${SPACE}h` : `${minutes}${SPACE}min`;

/** `last 30 min` */
export const lastMinutes = (minutes: number): string =>
  `last ${minutesText(minutes)}`;

/** `last 30 min`, or `last 30 min, of which 7 min were sampled` */
export function rangeText({ minutes, sampled }: SampledRange): string {
  const range = lastMinutes(minutes);
  if (isComplete({ minutes, sampled })) return range;
  const seen =
    sampled < 60
      ? `${Math.round(sampled)}${SPACE}s`
      : minutesText(Math.round(sampled / 60));
  return `${range}, of which ${seen} were sampled`;
}

/** Seconds since the Unix epoch. */
export function unixTime(): number {
  return Date.now() / 1000;
}

/**
 * A moment in hundredths of a second since this module was loaded. As such it is a
 * small integer, which needs no memory beside its field, for the first 248 days.
 */
export type ShortTime = number;

/** A moment that is not known. */
export const NO_TIME: ShortTime = -1;

const ORIGIN = Math.floor(Date.now() / 10);

export function shortTime(): ShortTime {
  return Math.max(0, Math.floor(Date.now() / 10) - ORIGIN);
}

/** The same in seconds since the Unix epoch. */
export function unixTimeOf(time: ShortTime): number {
  return (ORIGIN + time) / 100;
}

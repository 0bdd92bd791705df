const LONGEST = 30;

/** Seconds until the next attempt: twice as long after each failure, up to half a minute. */
export const backOff = (failures: number, interval: number): number =>
  Math.min(LONGEST, Math.max(1, interval) * 2 ** Math.min(failures - 1, 10));

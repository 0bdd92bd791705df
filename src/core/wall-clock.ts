/** The latest time of the steady clock, in milliseconds. The steady clock follows the system clock, and stands still while the system clock is set back. */
// Why: docs/decisions/recording.md, "Timestamps come from a steady clock".
let latest = Date.now();

/** Milliseconds by which the system clock was set back since this module was loaded. */
let behind = 0;

/** Milliseconds on the steady clock. */
function steady(): number {
  const now = Date.now();
  if (now + behind < latest) behind = latest - now;
  latest = now + behind;
  return latest;
}

/** Seconds since the Unix epoch. */
export function unixTime(): number {
  return (steady() - behind) / 1000;
}

/** Seconds on the steady clock: since the Unix epoch, as long as the system clock is not set back. */
export type SteadyTime = number;

export function steadyTime(): SteadyTime {
  return steady() / 1000;
}

/** Converts a time of the system clock to the steady clock. */
export function steadyTimeOf(unix: number): SteadyTime {
  return shifted(unix, behind);
}

/** Converts a time of the steady clock to seconds since the Unix epoch; not after the last {@link unixTime}. */
export function unixTimeAt(time: SteadyTime): number {
  return shifted(time, -behind);
}

/** Hundredths of a second since this module was loaded, on the steady clock. */
// Why: docs/decisions/recording.md, "Creation times are small integers".
export type Centiseconds = number;

/** An unknown time. */
export const NO_TIME: Centiseconds = -(2 ** 30);

const ORIGIN = Math.floor(latest / 10);

export function centiseconds(): Centiseconds {
  return Math.floor(steady() / 10) - ORIGIN;
}

/** Converts hundredths of a second to seconds since the Unix epoch; not after the last {@link unixTime}. */
export function unixTimeOf(time: Centiseconds): number {
  return (ORIGIN + time - Math.ceil(behind / 10)) / 100;
}

/** Converts seconds since the Unix epoch to hundredths of a second, which may be negative: the time was before this module was loaded. */
export function centisecondsAt(unix: number): Centiseconds {
  return Math.round(unix * 100) - ORIGIN + Math.ceil(behind / 10);
}

/** Exact without a shift, otherwise in whole milliseconds. */
function shifted(seconds: number, milliseconds: number): number {
  return milliseconds === 0
    ? seconds
    : Math.round(seconds * 1000 + milliseconds) / 1000;
}

const BILLION = 1_000_000_000;

const WORD = 0x1_0000_0000;

/** A moment in nanoseconds since the Unix epoch, as two words of 32 bits; a number has not that many digits. */
export interface Nanoseconds {
  low: number;
  high: number;
}

/**
 * Splits a moment. A whole number of seconds times 10^9 is exact in a number, as the
 * nine lowest bits of the product are 0.
 *
 * @param seconds since the Unix epoch.
 * @param into is filled, so that nothing is made for a series.
 */
export function splitNanoseconds(seconds: number, into: Nanoseconds): void {
  const whole = Math.floor(seconds);
  const base = whole * BILLION;
  const low = (base % WORD) + Math.round((seconds - whole) * BILLION);
  into.low = low % WORD;
  into.high = Math.floor(base / WORD) + Math.floor(low / WORD);
}

/** A moment in nanoseconds since the Unix epoch, in decimal. */
export function nanosecondsText(seconds: number): string {
  const whole = Math.floor(seconds);
  const rest = Math.round((seconds - whole) * BILLION);
  return String(BigInt(whole) * BigInt(BILLION) + BigInt(rest));
}

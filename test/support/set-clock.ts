import { onTestFinished } from 'vitest';

export const FIVE_DAYS = 5 * 86_400;

/** Sets the system clock of the process by so many seconds until the test ends; the monotonic clock and timers go on. */
export function setClock(seconds: number): void {
  const { now } = Date;
  Date.now = () => now() + seconds * 1_000;
  onTestFinished(() => void (Date.now = now));
}

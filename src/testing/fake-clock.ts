import { instant, replaceClock } from '../core/clock.js';
import { OptionsError, shown } from '../core/errors.js';

/** A clock that stands still until a test moves it. */
export interface FakeClock {
  /**
   * Lets time pass.
   *
   * @param seconds 0 or more.
   * @throws {OptionsError} if it is no such number.
   */
  advance(seconds: number): void;
  /** Goes back to the real clock. */
  restore(): void;
}

/**
 * Replaces the clock by which durations are measured, in all apps of this process, until
 * `restore()`. Durations are then exact. It replaces no timers and no dates: fake timers of the
 * test runner do that. A second call replaces the clock of the first.
 *
 * @example
 * const clock = fakeClock();
 * const stop = collector.timer('lookup_duration_seconds').startTimer();
 * clock.advance(2);
 * stop(); // observes 2
 * clock.restore();
 */
export function fakeClock(): FakeClock {
  // It goes on from now: what is running has not begun in the future.
  let now = instant();
  const restore = replaceClock(() => now);
  const advance = (seconds: number) => {
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new OptionsError(
        `advance() was given ${shown(seconds)}; expected a number of seconds, 0 or more`,
      );
    }
    now += BigInt(Math.round(seconds * 1e9));
  };
  return { advance, restore };
}

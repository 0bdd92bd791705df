import { setImmediate } from 'node:timers/promises';
import { instant, secondsSince } from '../model/clock.js';

/** Samples that are written between two looks at the clock. */
export const SAMPLES_AT_ONCE = 64;

/** Seconds of work after which the event loop gets a turn. */
const TIME_BUDGET = 0.002;

/** Our turn of the event loop. */
export class Turn {
  private start = instant();

  isOver(): boolean {
    return secondsSince(this.start) > TIME_BUDGET;
  }

  async next(): Promise<void> {
    await setImmediate();
    this.start = instant();
  }
}

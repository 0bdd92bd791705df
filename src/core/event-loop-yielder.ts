import { instant, secondsSince } from './clock.js';
import { setImmediate, setTimeout } from './timers.js';

/** Samples that are written between two looks at the clock. */
export const STEPS_PER_CLOCK_READ = 64;

/** Seconds of work after which the event loop gets a turn. */
const TIME_BUDGET = 0.001;

/** Milliseconds between turns while several wait for one. */
const GAP = 1;

/**
 * Hands out turns of the event loop, one in each round and in the order in which
 * they were asked for: however many pages are written and sent at the same time,
 * the app gets its share between any two of them, and the greater one.
 */
export class EventLoopYielder {
  private readonly waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.push(resolve) === 1) setImmediate(this.give);
    });
  }

  private readonly give = (): void => {
    this.waiting.shift()!();
    if (this.waiting.length > 0) setTimeout(this.give, GAP);
  };
}

/** The present turn of one who has much to do. */
export class TimeSlice {
  private start = instant();

  constructor(private readonly yielder: EventLoopYielder) {}

  isUsedUp(): boolean {
    return secondsSince(this.start) > TIME_BUDGET;
  }

  async next(): Promise<void> {
    await this.yielder.next();
    this.start = instant();
  }
}

/** Does something with each of many, and gives the event loop its turns between them. */
export async function forEachInSlices<T>(
  all: Iterable<T>,
  slice: TimeSlice,
  work: (one: T) => void,
): Promise<void> {
  let done = 0;
  for (const one of all) {
    work(one);
    if (++done % STEPS_PER_CLOCK_READ === 0 && slice.isUsedUp())
      await slice.next();
  }
}

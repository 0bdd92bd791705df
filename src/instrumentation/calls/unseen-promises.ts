import { clearTimeout, setImmediate, setTimeout } from '../../core/timers.js';

interface Unseen {
  /** @returns whether no further check is needed. */
  check(): boolean;
}

/** Milliseconds between two checks. Each pause without a settled promise is longer than the one before. */
const SHORTEST_PAUSE = 2;
const LONGEST_PAUSE = 1_000;
const GROWTH = 1.25;

/** A check takes some microseconds. */
const MOST_AT_ONCE = 50;

/** Checks promises until they settle, if no code has handled them by the end of a turn of the event loop. */
export class UnseenPromises {
  private readonly fresh = new Set<Unseen>();
  private isTurnWatched = false;
  /** Weak references: a promise that never settles can be collected. */
  private waiting: WeakRef<Unseen>[] = [];
  private pause = 0;
  private timer: ReturnType<typeof setTimeout> | undefined = undefined;

  add(promise: Unseen): void {
    this.fresh.add(promise);
    if (this.isTurnWatched) return;
    this.isTurnWatched = true;
    setImmediate(this.endTurn).unref();
  }

  /** Stops checking a promise: other code handles it. */
  delete(promise: Unseen): void {
    this.fresh.delete(promise);
  }

  private readonly endTurn = (): void => {
    this.isTurnWatched = false;
    const left = [...this.fresh].map((promise) => new WeakRef(promise));
    this.fresh.clear();
    if (left.length === 0) return;
    this.waiting = left.concat(this.waiting);
    this.checkAll(SHORTEST_PAUSE);
  };

  private readonly checkAgain = (): void => {
    this.timer = undefined;
    this.checkAll(Math.min(this.pause * GROWTH, LONGEST_PAUSE));
  };

  /** @param pause milliseconds until the next check. */
  private checkAll(pause: number): void {
    const left = this.waiting
      .splice(0, MOST_AT_ONCE)
      .filter((reference) => reference.deref()?.check() === false);
    this.waiting.push(...left);
    if (this.waiting.length > 0) this.wait(pause);
  }

  private wait(milliseconds: number): void {
    if (this.timer !== undefined) {
      if (this.pause <= milliseconds) return;
      clearTimeout(this.timer);
    }
    this.pause = milliseconds;
    this.timer = setTimeout(this.checkAgain, milliseconds).unref();
  }
}

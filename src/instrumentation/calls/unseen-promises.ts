import { clearTimeout, setImmediate, setTimeout } from '../../core/timers.js';

interface Unseen {
  /** @returns whether no further check is needed. */
  check(): boolean;
}

/** Milliseconds of a round, in which each promise is checked. Each round is longer than the one before. */
const SHORTEST_ROUND = 2;
const LONGEST_ROUND = 1_000;
const GROWTH = 1.25;

/** A check takes some microseconds. A round of more promises has several steps. */
const MOST_AT_ONCE = 50;

/** Milliseconds between two steps, at least. */
const SHORTEST_STEP = 2;

/** Checks promises until they settle, if no code has handled them by the end of a turn of the event loop. */
export class UnseenPromises {
  private readonly fresh = new Set<Unseen>();
  private isTurnWatched = false;
  /** Weak references: a promise that never settles can be collected. */
  private waiting: WeakRef<Unseen>[] = [];
  /** Milliseconds of this round. */
  private round = SHORTEST_ROUND;
  /** How many are still to be checked in this round. */
  private unchecked = 0;
  /** Milliseconds between two steps of this round. */
  private step = SHORTEST_STEP;
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
    this.startRound(SHORTEST_ROUND);
    this.checkSome();
  };

  private readonly checkAgain = (): void => {
    this.timer = undefined;
    if (this.unchecked <= 0) {
      this.startRound(Math.min(this.round * GROWTH, LONGEST_ROUND));
    }
    this.checkSome();
  };

  private startRound(milliseconds: number): void {
    this.round = milliseconds;
    this.unchecked = this.waiting.length;
    const steps = Math.ceil(this.unchecked / MOST_AT_ONCE);
    this.step = Math.max(milliseconds / steps, SHORTEST_STEP);
  }

  private checkSome(): void {
    const some = this.waiting.splice(0, MOST_AT_ONCE);
    this.unchecked -= some.length;
    this.waiting.push(
      ...some.filter((reference) => reference.deref()?.check() === false),
    );
    if (this.waiting.length > 0) this.wait(this.step);
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

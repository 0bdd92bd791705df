import type { AnswerHead } from '../../../src/live/answers.js';
import { backOff } from './back-off.js';
import type { Query } from './base.js';
import type { Failure, Outcome } from './outcome.js';

/** How the page and the app stand to each other. Times are Unix times in milliseconds. */
export type Connection =
  | { readonly state: 'loading' }
  | { readonly state: 'live' }
  | {
      readonly state: 'away';
      readonly since: number;
      readonly nextTry: number;
      readonly reason: string;
    }
  | { readonly state: 'ended'; readonly since: number; readonly status: number }
  | { readonly state: 'outdated' };

/** All that the views show. */
export interface Snapshot {
  readonly answers: ReadonlyMap<string, AnswerHead>;
  readonly connection: Connection;
  /** When the last answer came; 0 before the first one. */
  readonly receivedAt: number;
  /** When another history took the place of the one that was shown. */
  readonly resetAt: number | null;
}

/** What the poller does not do by itself. */
export interface PollerParts {
  readonly fetchAnswer: (
    query: Query,
    minutes: number | null,
    signal: AbortSignal,
  ) => Promise<Outcome>;
  readonly onChange: (snapshot: Snapshot) => void;
  readonly now: () => number;
}

const DEFAULT_INTERVAL = 5;
/** Answers of views that were left: what comes back is there at once. */
const KEPT_ANSWERS = 8;

/** Before the first answer. */
export const START: Snapshot = {
  answers: new Map(),
  connection: { state: 'loading' },
  receivedAt: 0,
  resetAt: null,
};

/** Asks for the answers of the current view, again and again. */
export class Poller {
  readonly #parts: PollerParts;
  #snapshot = START;
  #queries: readonly Query[] = [];
  #minutes: number | null = null;
  #paused = false;
  #hidden = false;
  #failures = 0;
  #interval = DEFAULT_INTERVAL;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = new AbortController();

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** Shows something else: asks at once, even while the page is paused, or as soon as it is seen. */
  show(queries: readonly Query[], minutes: number | null): void {
    this.#queries = queries;
    this.#minutes = minutes;
    this.#publish({});
    if (!this.#hidden) this.poll();
  }

  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#wait();
  }

  /** A page in the background does not ask. */
  setHidden(hidden: boolean): void {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    this.#wait();
  }

  forgetReset(): void {
    this.#publish({ resetAt: null });
  }

  poll(): void {
    this.close();
    if (this.#isOver) return;
    this.#round = new AbortController();
    void this.#ask(this.#round.signal);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#round.abort();
  }

  get #isOver(): boolean {
    const { state } = this.#snapshot.connection;
    return state === 'ended' || state === 'outdated';
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const queries = this.#queries;
    const outcomes = await Promise.all(
      queries.map((query) =>
        this.#parts.fetchAnswer(query, this.#minutes, signal),
      ),
    );
    if (signal.aborted) return;
    const failure = worst(outcomes);
    if (failure?.kind === 'refused' && this.#minutes !== null) {
      // The history of an app that was restarted may be shorter.
      this.#minutes = null;
      return this.poll();
    }
    if (failure) this.#fail(failure);
    else this.#accept(queries, outcomes);
    this.#schedule();
  }

  #accept(queries: readonly Query[], outcomes: readonly Outcome[]): void {
    const answers = outcomes.map(({ answer }) => answer!);
    const restarted = this.#isOtherHistory(answers);
    this.#failures = 0;
    this.#interval = answers[0]?.interval ?? DEFAULT_INTERVAL;
    this.#publish({
      answers: this.#merged(queries, answers, restarted),
      connection: { state: 'live' },
      receivedAt: this.#parts.now(),
      ...(restarted && { resetAt: this.#parts.now() }),
    });
  }

  /** Each process of an app has a history of its own of the same numbers. */
  #isOtherHistory(answers: readonly AnswerHead[]): boolean {
    const [known] = this.#snapshot.answers.values();
    return (
      !!known &&
      answers.some(
        ({ history, processes }) => history !== known.history && processes <= 1,
      )
    );
  }

  #merged(
    queries: readonly Query[],
    answers: readonly AnswerHead[],
    restarted: boolean,
  ): ReadonlyMap<string, AnswerHead> {
    const merged = new Map(restarted ? [] : this.#snapshot.answers);
    queries.forEach(({ key }, index) => {
      merged.delete(key);
      merged.set(key, answers[index]!);
    });
    return new Map([...merged].slice(-KEPT_ANSWERS));
  }

  #fail(failure: Failure): void {
    const now = this.#parts.now();
    this.#failures++;
    if (failure.kind === 'outdated')
      this.#publish({ connection: { state: 'outdated' } });
    else if (failure.kind === 'ended') {
      this.#publish({
        connection: { state: 'ended', since: now, status: failure.status },
      });
    } else this.#publish({ connection: this.#away(failure.reason, now) });
  }

  #away(reason: string, now: number): Connection {
    const last = this.#snapshot.connection;
    return {
      state: 'away',
      since:
        last.state === 'away' ? last.since : this.#snapshot.receivedAt || now,
      nextTry: now + this.#delay * 1000,
      reason,
    };
  }

  get #delay(): number {
    return this.#failures
      ? backOff(this.#failures, this.#interval)
      : this.#interval;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#paused || this.#hidden || this.#isOver) return;
    this.#timer = setTimeout(() => this.poll(), this.#delay * 1000);
  }

  /** Goes on at once, or stops. */
  #wait(): void {
    if (this.#paused || this.#hidden) clearTimeout(this.#timer);
    else if (this.#queries.length > 0) this.poll();
  }

  #publish(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#parts.onChange(this.#snapshot);
  }
}

const WORST_FIRST = ['ended', 'outdated', 'refused', 'away'] as const;

/** The failure that decides: without access nothing else matters. */
function worst(outcomes: readonly Outcome[]): Failure | undefined {
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  return WORST_FIRST.flatMap((kind) =>
    failures.filter((failure) => failure.kind === kind),
  )[0];
}

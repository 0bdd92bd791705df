import { inspect } from 'node:util';
import { UnseenPromises } from './unseen-promises.js';

/** Callbacks for the end of a promise. Neither may throw. */
export interface Settlement {
  readonly fulfilled: (result: unknown) => void;
  readonly rejected: (error: unknown) => void;
}

/** Stands for the reason of a rejection: only a handler could read it. */
const UNSEEN_REJECTION = Object.assign(
  new Error('The promise of the call has no handler'),
  { name: 'UnseenRejection' },
);

/** The property of a promise with its watch. A WeakMap would cost five times as much: promises are many and short-lived. */
const WATCH = Symbol('nestjs-agent-metrics:watch');

/** Promises that are not extensible. They do not notice code that handles them, and are checked until they settle. */
const frozen = new WeakMap<Promise<unknown>, Watch>();

const unseen = new UnseenPromises();

type Watched<T = unknown> = Promise<T> & { readonly [WATCH]?: Watch };

/** Watches a native promise that other code may have too, and returns it itself. */
// Why: docs/decisions/instrumentation.md, "Other promises come back themselves and are watched".
export function watchPromise<T>(
  promise: Watched<T>,
  settlement: Settlement,
): Promise<T> {
  const watch = promise[WATCH] ?? beginWatch(promise);
  watch.add(settlement);
  return promise;
}

function beginWatch(promise: Watched): Watch {
  const watch = frozen.get(promise) ?? new Watch(promise);
  if (!Reflect.defineProperty(promise, WATCH, { value: watch })) {
    frozen.set(promise, watch);
  } else if (!Object.hasOwn(promise, 'constructor')) {
    void Object.defineProperty(promise, 'constructor', NOTICED_CONSTRUCTOR);
  }
  return watch;
}

/**
 * `await`, `then()`, `catch()`, `finally()`, `Promise.all()` and all other code that handles
 * a native promise reads its `constructor` first (ECMA-262, PromiseResolve and
 * SpeciesConstructor). All promises share one accessor, so that they have one shape.
 */
const NOTICED_CONSTRUCTOR = {
  configurable: true,
  get(this: Watched) {
    this[WATCH]?.see();
    return Promise;
  },
};

class Watch {
  private isSeen = false;
  private settlements: Settlement[] = [];

  constructor(private readonly promise: Promise<unknown>) {}

  add(settlement: Settlement): void {
    if (this.isSeen) this.attach(settlement);
    else if (this.settlements.push(settlement) === 1) unseen.add(this);
  }

  /** Other code handles the promise, so that handlers of ours change nothing. */
  see(): void {
    if (this.isSeen) return;
    this.isSeen = true;
    unseen.delete(this);
    for (const settlement of this.settlements) this.attach(settlement);
    this.settlements = [];
  }

  /** @returns whether no further check is needed. */
  check(): boolean {
    if (this.isSeen) return true;
    const state = stateOf(this.promise);
    if (state === 'pending') return false;
    if (state === 'fulfilled' || isSurelyHandled()) this.see();
    else this.giveUp();
    return true;
  }

  private attach({ fulfilled, rejected }: Settlement): void {
    void Promise.prototype.then.call(this.promise, fulfilled, rejected);
  }

  private giveUp(): void {
    for (const { rejected } of this.settlements) rejected(UNSEEN_REJECTION);
    this.settlements = [];
  }
}

type PromiseState = 'pending' | 'fulfilled' | 'rejected';

/** Options with which `inspect()` shows the state of a promise, and nothing of its value. */
const STATE_ONLY = {
  depth: 0,
  customInspect: false,
  showProxy: false,
  maxArrayLength: 0,
  maxStringLength: 0,
};

/** The state of a native promise, read without a handler: Node still reports an unhandled rejection. */
function stateOf(promise: Promise<unknown>): PromiseState {
  try {
    const [, state] =
      /^[^{]*\{\s*<(pending|rejected)>/.exec(inspect(promise, STATE_ONLY)) ??
      [];
    return (state as PromiseState | undefined) ?? 'fulfilled';
  } catch {
    // The value may refuse to be inspected.
    return 'pending';
  }
}

/** Whether an unhandled rejection would have ended the process by now, as it does by default. */
function isSurelyHandled(): boolean {
  return ['unhandledRejection', 'uncaughtException'].every(
    (event) => process.listenerCount(event) === 0,
  );
}

import { isAsyncFunction } from 'node:util/types';
import { isObservable } from 'rxjs';
import { followInPlace } from './joined-runs.js';
import { followIterable, followIterator } from './follow-iterator.js';
import {
  followFirstSubscription,
  followObservable,
} from './follow-observable.js';
import {
  inheritsPromise,
  isAsyncIterable,
  isIterator,
  isNativePromise,
  isPlainObservable,
  isThenable,
} from './result-kinds.js';
import type { Run } from './run.js';
import { patchMethod } from '../../core/patch-method.js';
import { watchPromise } from './watch-promise.js';

/** Follows what a call returned, and gives what the caller is to be given. */
export type Follow = <T>(value: T, run: Run) => T;

type Onward = (value: unknown, run: Run) => unknown;

/**
 * How the results of a function are followed. Only the caller has the promise of an
 * `async` function. Any other function may have handled its promise itself, or may
 * return the same one to several callers.
 */
export function followerOf(method: Function): Follow {
  return isAsyncFunction(method) ? follow : followShared;
}

/**
 * Does some work as a run, and follows what it returns to its end.
 *
 * @param followResult see {@link followerOf}.
 * @returns what the caller is to be given.
 */
export function timeWork<T>(
  run: Run,
  work: () => T,
  followResult: Follow = followerOf(work),
): T {
  let result: T;
  try {
    result = run.runInContext(work);
  } catch (error) {
    run.fail(error);
    throw error;
  }
  return followResult(result, run);
}

/**
 * Follows what a call returned until its work has ended: a promise to its
 * settlement (and what it settles with to its own end), an Observable to
 * complete, error or unsubscribe, an iterator or an async iterable to exhaustion,
 * return or throw. Anything else has ended already.
 *
 * Streams, which is to say Observables and iterators, begin to work when they are
 * consumed, so that is when their run begins.
 *
 * @param onward follows what a promise settles with.
 * @returns what the caller is to be given; it behaves as `value` does.
 */
export function follow<T>(value: T, run: Run, onward?: Onward): T;
export function follow(
  value: unknown,
  run: Run,
  onward: Onward = follow,
): unknown {
  try {
    if (typeof value === 'object' && value !== null) {
      return followObject(value, run, onward);
    }
  } catch {
    // An object that does not let itself be looked at is a result like any other.
  }
  run.succeed(value);
  return value;
}

/** Follows a value that other code than its caller may have: a native promise comes back itself, and is watched. */
export function followShared<T>(value: T, run: Run): T;
export function followShared(value: unknown, run: Run): unknown {
  if (typeof value !== 'object' || value === null) {
    run.succeed(value);
    return value;
  }
  if (!isNativePromise(value)) return follow(value, run);
  return watchPromise(value, {
    fulfilled: (result) => followSettled(result, run),
    rejected: (error) => run.fail(error),
  });
}

/** Follows a value that other code already has. Never throws. */
function followSettled(value: unknown, run: Run): void {
  try {
    if (isPlainObservable(value)) {
      followFirstSubscription(value, run);
      return;
    }
  } catch {
    // An object that refuses to be inspected; follow() takes it for a plain result.
  }
  follow(value, run);
}

function followObject(value: object, run: Run, onward: Onward): unknown {
  if (inheritsPromise(value)) return followPromise(value, run, onward);
  if (isObservable(value)) return followObservable(value, run);
  if (isThenable(value)) return followThenable(value, run, onward);
  if (isIterator(value)) return followIterator(value, run);
  if (isAsyncIterable(value)) return followIterable(value, run);
  run.succeed(value);
  return value;
}

/** The promise returned is a new one, so that Node still reports an unhandled rejection. */
function followPromise(
  promise: Promise<unknown>,
  run: Run,
  onward: Onward,
): Promise<unknown> {
  return promise.then(
    (result) => onward(result, run),
    (error: unknown) => {
      run.fail(error);
      throw error;
    },
  );
}

/**
 * A promise of some library's own, perhaps lazy and with methods that its callers
 * need: it is handed back itself, and calls of its `then` keep their meaning.
 */
function followThenable(
  thenable: PromiseLike<unknown>,
  first: Run,
  onward: Onward,
): PromiseLike<unknown> {
  return followInPlace(thenable, first, (run) =>
    patchMethod(thenable, 'then', (then, restore) => {
      return (onFulfilled: any, onRejected: any, ...others: unknown[]) => {
        const handlers = [onFulfilled, onRejected, ...others];
        const [fulfils, rejects] = [onFulfilled, onRejected].map(
          (handler) => typeof handler === 'function',
        );
        if (fulfils || rejects) {
          restore();
          handlers[0] = (result: unknown) => {
            const followed = onward(result, run);
            return fulfils ? onFulfilled(followed) : followed;
          };
          handlers[1] = (error: unknown) => {
            run.fail(error);
            if (rejects) return onRejected(error);
            throw error;
          };
        }
        return Reflect.apply(then, thenable, handlers) as PromiseLike<any>;
      };
    }),
  );
}

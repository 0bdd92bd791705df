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

/** Follows the result of a call, and returns the value for its caller. */
export type Follow = <T>(value: T, run: Run) => T;

type Onward = (value: unknown, run: Run) => unknown;

/**
 * Selects how the results of a function are followed. Only the caller has the promise of an
 * `async` function. Any other function may have handled its promise itself, or may
 * return the same one to several callers.
 */
export function followerOf(method: Function): Follow {
  return isAsyncFunction(method) ? follow : followShared;
}

/**
 * Does some work as a run, and follows its result to the end.
 *
 * @param followResult see {@link followerOf}.
 * @returns the value for the caller.
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
 * Follows the result of a call until its work has ended: a promise to its
 * settlement (and its value to its own end), an Observable to
 * complete, error or unsubscribe, an iterator or an async iterable to exhaustion,
 * return or throw. Any other result has ended already.
 *
 * Streams, that is Observables and iterators, begin to work when they are
 * consumed. Their run begins then.
 *
 * @param onward follows the value of a promise.
 * @returns the value for the caller; it behaves like `value`.
 */
// Why: docs/decisions/instrumentation.md, "A call ends when its work ends".
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
    // An object that throws when it is inspected is a plain result.
  }
  run.succeed(value);
  return value;
}

/** Follows a value that other code than the caller may have: a native promise is returned itself, and watched. */
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
    // An object that throws when it is inspected: follow() takes it for a plain result.
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

// Why: docs/decisions/instrumentation.md, "A promise of an async function is derived".
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

/** A promise of a library's own, perhaps lazy: it is returned itself, and calls of its `then` keep their meaning. */
// Why: docs/decisions/instrumentation.md, "Other thenables, Subjects and iterators come back themselves".
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

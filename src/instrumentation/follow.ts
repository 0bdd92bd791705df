import { defer, from, isObservable, Observable, tap } from 'rxjs';
import { followItself } from './followers.js';
import type { Run } from './run.js';
import { shadow } from './shadow.js';

/**
 * Follows what a call returned until its work has ended: a promise to its
 * settlement (and what it settles with to its own end), an Observable to
 * complete, error or unsubscribe, an iterator to exhaustion, return or throw.
 * Anything else has ended already.
 *
 * Observables and iterators begin to work when they are consumed, so that is
 * when their run begins.
 *
 * @returns what the caller is to be given; it behaves as `value` does.
 */
export function follow<T>(value: T, run: Run): T;
export function follow(value: unknown, run: Run): unknown {
  try {
    if (typeof value === 'object' && value !== null) {
      if (isNativePromise(value)) return followPromise(value, run);
      if (isObservable(value)) return followObservable(value, run);
      if (isThenable(value)) return followThenable(value, run);
      if (isIterator(value)) return followIterator(value, run);
    }
  } catch {
    // An object that does not let itself be looked at is a result like any other.
  }
  run.succeed(value);
  return value;
}

/** The promise returned is a new one, so that a rejection nobody handles is still reported as such. */
function followPromise(promise: Promise<unknown>, run: Run): Promise<unknown> {
  const derived = promise.then(
    (result) => follow(result, run),
    (error: unknown) => {
      run.fail(error);
      throw error;
    },
  );
  // Some promises have more to them, e.g. a `cancel()`.
  for (const _property in promise) {
    return Object.defineProperties(
      derived,
      Object.getOwnPropertyDescriptors(promise),
    );
  }
  return derived;
}

/**
 * A promise of some library's own, perhaps lazy and with methods that its callers
 * need: it is handed back itself, and calls of its `then` keep their meaning.
 */
function followThenable(
  thenable: PromiseLike<unknown>,
  first: Run,
): PromiseLike<unknown> {
  return followItself(thenable, first, (run) =>
    shadow(thenable, 'then', (then, restore) => {
      return (onFulfilled: any, onRejected: any, ...others: unknown[]) => {
        const handlers = [onFulfilled, onRejected, ...others];
        const [fulfils, rejects] = [onFulfilled, onRejected].map(
          (handler) => typeof handler === 'function',
        );
        if (fulfils || rejects) {
          restore();
          handlers[0] = (result: unknown) => {
            const followed = follow(result, run);
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

function followObservable(
  source: Observable<unknown>,
  first: Run,
): Observable<unknown> {
  const observed = (run: Run) =>
    defer(() => {
      const subscription = run.again();
      return from(source).pipe(
        tap({
          complete: () => subscription.succeed(undefined),
          error: (error: unknown) => subscription.fail(error),
          unsubscribe: () => subscription.succeed(undefined),
        }),
      );
    });
  if (isPlainObservable(source)) return observed(first);
  // A Subject, say, whose other methods its callers need: it is handed back itself.
  return followItself(source, first, (run) =>
    shadow(source, 'subscribe', (_subscribe, restore) => {
      return (...args: unknown[]) => {
        restore();
        return observed(run).subscribe(...(args as []));
      };
    }),
  );
}

/** What sync and async iterators have in common. */
interface AnyIterator {
  next(...args: unknown[]): Step | PromiseLike<Step>;
  return?(...args: unknown[]): Step | PromiseLike<Step>;
  throw?(...args: unknown[]): Step | PromiseLike<Step>;
}

type Step = IteratorResult<unknown>;

function followIterator(iterator: AnyIterator, first: Run): AnyIterator {
  return followItself(iterator, first, (run) => {
    let consumption: Run | undefined;
    const observe = (step: Step) => {
      // Not all that has a `next` keeps to the iterator protocol.
      if (step?.done === true) consumption?.succeed(step.value);
      return step;
    };
    const fail = (error: unknown): never => {
      consumption?.fail(error);
      throw error;
    };
    return (['next', 'return', 'throw'] as const)
      .filter((method) => typeof iterator[method] === 'function')
      .every((method) =>
        shadow(iterator, method, (original) => (...args) => {
          consumption ??= run.again();
          try {
            const step = original.apply(iterator, args);
            return isThenable(step) ? step.then(observe, fail) : observe(step);
          } catch (error) {
            return fail(error);
          }
        }),
      );
  });
}

function isNativePromise(value: object): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise;
}

/** A Subject is not one, nor is a `connectable()`, which has a method of its own. */
function isPlainObservable(source: Observable<unknown>): boolean {
  return (
    Object.getPrototypeOf(source) === Observable.prototype &&
    !Object.hasOwn(source, 'connect')
  );
}

function isThenable(value: unknown): value is PromiseLike<any> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}

/** Iterators, not all iterables: an array or a Map is a result and not work. */
function isIterator(value: object): value is AnyIterator {
  return (
    typeof (value as { next?: unknown }).next === 'function' &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

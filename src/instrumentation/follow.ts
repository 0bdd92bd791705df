import { defer, from, isObservable, Observable, tap } from 'rxjs';
import { shadow } from './shadow.js';

/** One run of some work, to be told how it ended. Only the first word counts. */
export interface Run {
  succeed(result: unknown): void;
  fail(error: unknown): void;
  /** A run of the same work that begins now, for work that its consumer starts, perhaps several times. */
  again(): Run;
}

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
  if (typeof value === 'object' && value !== null) {
    if (isNativePromise(value)) return followPromise(value, run);
    if (isObservable(value)) return followObservable(value, run);
    if (isThenable(value)) return followThenable(value, run);
    if (isIterator(value)) return followIterator(value, run);
  }
  run.succeed(value);
  return value;
}

/** The promise returned is a new one, so that a rejection nobody handles is still reported as such. */
function followPromise(promise: Promise<unknown>, run: Run): Promise<unknown> {
  return promise.then(
    (result) => follow(result, run),
    (error: unknown) => {
      run.fail(error);
      throw error;
    },
  );
}

/** A promise of some library's own, perhaps lazy and with methods that its callers need: it is handed back itself. */
function followThenable(
  thenable: PromiseLike<unknown>,
  run: Run,
): PromiseLike<unknown> {
  const shadowed = shadow(thenable, 'then', (then, restore) => {
    return (onFulfilled, onRejected) => {
      restore();
      const followed = then.call(
        thenable,
        (result) => follow(result, run),
        (error: unknown) => {
          run.fail(error);
          throw error;
        },
      );
      return followed.then(onFulfilled, onRejected);
    };
  });
  if (!shadowed) run.succeed(undefined);
  return thenable;
}

function followObservable(
  source: Observable<unknown>,
  run: Run,
): Observable<unknown> {
  const observed = defer(() => {
    const subscription = run.again();
    return from(source).pipe(
      tap({
        complete: () => subscription.succeed(undefined),
        error: (error: unknown) => subscription.fail(error),
        unsubscribe: () => subscription.succeed(undefined),
      }),
    );
  });
  if (Object.getPrototypeOf(source) === Observable.prototype) return observed;
  // A Subject, say, whose other methods its callers need: it is handed back itself.
  const shadowed = shadow(source, 'subscribe', (_subscribe, restore) => {
    return (...args: unknown[]) => {
      restore();
      return observed.subscribe(...(args as []));
    };
  });
  if (!shadowed) run.succeed(undefined);
  return source;
}

/** What sync and async iterators have in common. */
interface AnyIterator {
  next(...args: unknown[]): Step | PromiseLike<Step>;
  return?(...args: unknown[]): Step | PromiseLike<Step>;
  throw?(...args: unknown[]): Step | PromiseLike<Step>;
}

type Step = IteratorResult<unknown>;

function followIterator(iterator: AnyIterator, run: Run): AnyIterator {
  let consumption: Run | undefined;
  const observe = (step: Step) => {
    if (step.done) consumption?.succeed(step.value);
    return step;
  };
  const fail = (error: unknown): never => {
    consumption?.fail(error);
    throw error;
  };
  for (const method of ['next', 'return', 'throw'] as const) {
    if (typeof iterator[method] !== 'function') continue;
    const shadowed = shadow(iterator, method, (original) => (...args) => {
      consumption ??= run.again();
      try {
        const step = original.apply(iterator, args);
        return isThenable(step) ? step.then(observe, fail) : observe(step);
      } catch (error) {
        return fail(error);
      }
    });
    if (!shadowed) run.succeed(undefined);
  }
  return iterator;
}

function isNativePromise(value: object): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise;
}

function isThenable(value: object): value is PromiseLike<any> {
  return typeof (value as { then?: unknown }).then === 'function';
}

/** Iterators, not all iterables: an array or a Map is a result and not work. */
function isIterator(value: object): value is AnyIterator {
  return (
    typeof (value as { next?: unknown }).next === 'function' &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

import { from, isObservable, Observable, Subject, takeUntil } from 'rxjs';
import { followItself } from './followers.js';
import { followIterable, followIterator } from './follow-iterator.js';
import {
  isAsyncIterable,
  isIterator,
  isNativePromise,
  isPlainObservable,
  isThenable,
} from './result-kinds.js';
import type { Run } from './run.js';
import { shadow } from '../../model/shadow.js';

type Follow = (value: unknown, run: Run) => unknown;

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
export function follow<T>(value: T, run: Run, onward?: Follow): T;
export function follow(
  value: unknown,
  run: Run,
  onward: Follow = follow,
): unknown {
  try {
    if (typeof value === 'object' && value !== null) {
      if (isNativePromise(value)) return followPromise(value, run, onward);
      if (isObservable(value)) return followObservable(value, run);
      if (isThenable(value)) return followThenable(value, run, onward);
      if (isIterator(value)) return followIterator(value, run);
      if (isAsyncIterable(value)) return followIterable(value, run);
    }
  } catch {
    // An object that does not let itself be looked at is a result like any other.
  }
  run.succeed(value);
  return value;
}

/** The promise returned is a new one, so that a rejection nobody handles is still reported as such. */
function followPromise(
  promise: Promise<unknown>,
  run: Run,
  onward: Follow,
): Promise<unknown> {
  const derived = promise.then(
    (result) => onward(result, run),
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
  onward: Follow,
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

function followObservable(
  source: Observable<unknown>,
  first: Run,
): Observable<unknown> {
  first.postpone();
  if (isPlainObservable(source)) return observed(source, first);
  // A Subject, say, whose other methods its callers need: it is handed back itself.
  return followItself(source, first, (run) =>
    shadow(source, 'subscribe', (_subscribe, restore) => {
      return (...args: unknown[]) => {
        restore();
        return observed(source, run).subscribe(...(args as []));
      };
    }),
  );
}

/** Every subscription is a run. While an item is handed over, the consumer is at work. */
function observed(source: Observable<unknown>, work: Run): Observable<unknown> {
  return new Observable((consumer) => {
    const run = work.again();
    const left = new Subject<void>();
    let handingOver = false;
    // Before there is anything to leave: a source may give all it has while it is subscribed to.
    consumer.add(() => {
      // Who leaves with an item in hand, by `take(1)` or `firstValueFrom()`, has what it came for.
      if (handingOver) run.succeed(undefined);
      else run.cancel();
      left.next();
    });
    const subscribe = () =>
      from(source)
        .pipe(takeUntil(left))
        .subscribe({
          next: (item) => {
            run.item(item);
            run.pause();
            handingOver = true;
            consumer.next(item);
            handingOver = false;
            run.resume();
          },
          complete: () => {
            run.succeed(undefined);
            consumer.complete();
          },
          error: (error: unknown) => {
            run.fail(error);
            consumer.error(error);
          },
        });
    run.enter(subscribe);
  });
}

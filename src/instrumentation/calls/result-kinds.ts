import { isPromise } from 'node:util/types';
import { Observable } from 'rxjs';

/** What sync and async iterators have in common. */
export interface AnyIterator {
  next(...args: unknown[]): Step | PromiseLike<Step>;
  return?(...args: unknown[]): Step | PromiseLike<Step>;
  throw?(...args: unknown[]): Step | PromiseLike<Step>;
}

export type Step = IteratorResult<unknown>;

/** Its `constructor` is not read: that is how a watched promise notices that other code handles it. */
export function isNativePromise(value: unknown): value is Promise<unknown> {
  return isPromise(value) && inheritsPromise(value);
}

/** Cheaper, and also true for the result of `Object.create(Promise.prototype)`. */
export function inheritsPromise(value: object): value is Promise<unknown> {
  return Object.getPrototypeOf(value) === Promise.prototype;
}

/** A Subject is not one, nor is a `connectable()`, which has a method of its own. */
export function isPlainObservable(
  source: unknown,
): source is Observable<unknown> {
  return (
    source instanceof Observable &&
    Object.getPrototypeOf(source) === Observable.prototype &&
    !Object.hasOwn(source, 'connect')
  );
}

export function isThenable(value: unknown): value is PromiseLike<any> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}

/** Iterators, not all iterables: an array or a Map is a result and not work. */
export function isIterator(value: object): value is AnyIterator {
  return (
    typeof (value as { next?: unknown }).next === 'function' &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

/** Node's and the web's own streams can be read in more ways than as iterables, and are results here. */
export function isAsyncIterable(
  value: object,
): value is AsyncIterable<unknown> {
  return (
    Symbol.asyncIterator in value && !('pipe' in value || 'getReader' in value)
  );
}

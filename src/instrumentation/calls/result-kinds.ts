import { isPromise } from 'node:util/types';
import { Observable } from 'rxjs';

/** The methods of sync and async iterators. */
export interface AnyIterator {
  next(...args: unknown[]): Step | PromiseLike<Step>;
  return?(...args: unknown[]): Step | PromiseLike<Step>;
  throw?(...args: unknown[]): Step | PromiseLike<Step>;
}

export type Step = IteratorResult<unknown>;

/** Does not read `constructor`: a watched promise takes that for other code that handles it. */
export function isNativePromise(value: unknown): value is Promise<unknown> {
  return isPromise(value) && inheritsPromise(value);
}

/** A cheaper test, which is also true for the result of `Object.create(Promise.prototype)`. */
export function inheritsPromise(value: object): value is Promise<unknown> {
  return Object.getPrototypeOf(value) === Promise.prototype;
}

/** False for a Subject, and for a `connectable()`, which has a method of its own. */
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

/** False for other iterables: an array or a Map is a result and not work. */
export function isIterator(value: object): value is AnyIterator {
  return (
    typeof (value as { next?: unknown }).next === 'function' &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

/** Whether a value is an async iterable that can be followed. Streams of Node and of the web are not: they can be read in other ways too, and count as plain results. */
export function isAsyncIterable(
  value: object,
): value is AsyncIterable<unknown> {
  return (
    Symbol.asyncIterator in value && !('pipe' in value || 'getReader' in value)
  );
}

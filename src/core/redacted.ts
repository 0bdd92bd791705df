import { inspect } from 'node:util';

let count = 0;

/**
 * A value that may hold secrets. It is not shown by `console.log()`, `util.inspect()` with
 * any options, or `JSON.stringify()`, not even as part of another object.
 */
export class Redacted<T> {
  readonly #value: T;
  readonly #number = ++count;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  /** Different for each value: NestJS may distinguish dynamic modules by the JSON of their providers. */
  toJSON(): string {
    return `[hidden ${this.#number}]`;
  }

  [inspect.custom](): string {
    return '[hidden]';
  }
}

/** Redacts a value; `undefined` stays `undefined`. */
export function redacted<T>(value: T | undefined): Redacted<T> | undefined {
  return value === undefined ? undefined : new Redacted(value);
}

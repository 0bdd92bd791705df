import { inspect } from 'node:util';

let count = 0;

/**
 * Keeps a value that may hold secrets, so that nothing that shows the objects around it
 * shows the value: neither `console.log()` nor `util.inspect()` with all its options,
 * nor `JSON.stringify()`.
 */
export class Hidden<T> {
  readonly #value: T;
  readonly #number = ++count;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  /** Each another text: NestJS may tell dynamic modules apart by the JSON of what they provide. */
  toJSON(): string {
    return `[hidden ${this.#number}]`;
  }

  [inspect.custom](): string {
    return '[hidden]';
  }
}

/** The same, or `undefined` where there is nothing to hide. */
export function hidden<T>(value: T | undefined): Hidden<T> | undefined {
  return value === undefined ? undefined : new Hidden(value);
}

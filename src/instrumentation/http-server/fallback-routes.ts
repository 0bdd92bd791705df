import type { HttpServer } from '@nestjs/common';
import { patchMethod } from '../../core/patch-method.js';

/** Runs before and after Nest adds something, by calling `add`. */
export type Around = (add: () => void) => void;

const watched = new WeakMap<HttpServer, Around[]>();

/**
 * Calls a function around each of the two times that Nest adds to an adapter what
 * answers requests that nothing else has answered: first for those without a route,
 * then for errors. On Express these are routes and mounted functions as any other.
 */
export function aroundFallbacks(adapter: HttpServer, around: Around): void {
  const known = watched.get(adapter);
  if (known !== undefined) {
    known.push(around);
    return;
  }
  const all = [around];
  watched.set(adapter, all);
  for (const method of ['setNotFoundHandler', 'setErrorHandler'] as const) {
    patchMethod(adapter, method, (set, restore) => (...args: unknown[]) => {
      restore();
      watched.delete(adapter);
      let add = (): void => void Reflect.apply(set, adapter, args);
      for (const one of all) {
        const inner = add;
        add = () => one(inner);
      }
      add();
    });
  }
}

import { VERSION } from './package.js';
import { processWide, PROTOCOL } from './shared-state.js';

/**
 * A copy of this package in the process. Copies of all protocols read and write this
 * record, so that their warnings can name each other. Members may be added, but not changed.
 */
// Why: docs/decisions/package.md, "Classes of other copies are aliases".
export interface Copy {
  readonly protocol: number;
  /** The version of the package. */
  readonly version: string;
  /** The file that the copy was loaded from. */
  readonly path: string;
  /** The public classes of the copy, which apps use as injection tokens. Held weakly, so that an unused copy can be collected. */
  readonly classes: ReadonlyMap<string, WeakRef<Function>>;
}

/** Is called for each copy that is loaded later. */
export interface CopyListener {
  copyLoaded(copy: Copy): void;
}

/** The record that copies of all protocols share. */
interface LoadedCopies {
  readonly copies: Set<Copy>;
  /** Held weakly, so that an app that was not closed can be collected. */
  readonly listeners: Set<WeakRef<CopyListener>>;
  /** The pairs of paths that a warning has named already. */
  readonly warned: Set<string>;
}

const loaded = processWide<LoadedCopies>('nestjs-agent-metrics:copies', () => ({
  copies: new Set(),
  listeners: new Set(),
  warned: new Set(),
}));

/** Adds this copy to those of the process, and calls the listeners of running apps. */
export function registerCopy(classes: Record<string, Function>): Copy {
  const copy: Copy = {
    protocol: PROTOCOL,
    version: VERSION,
    path: callerOf(new Error()),
    classes: new Map(
      Object.entries(classes).map(([name, one]) => [name, new WeakRef(one)]),
    ),
  };
  forgetCollected();
  loaded.copies.add(copy);
  for (const listener of loaded.listeners) listener.deref()?.copyLoaded(copy);
  return copy;
}

/** The other copies that the process has loaded so far. */
export function otherCopies(own: Copy): Copy[] {
  return [...loaded.copies].filter((copy) => copy !== own);
}

/** @returns a function that removes the listener. */
export function listenToCopies(listener: CopyListener): () => void {
  const reference = new WeakRef(listener);
  loaded.listeners.add(reference);
  return () => void loaded.listeners.delete(reference);
}

/** Whether to warn about these two copies: `true` for the first call only. */
export function isFirstWarning(one: Copy, other: Copy): boolean {
  const pair = [one.path, other.path].toSorted().join('\n');
  if (loaded.warned.has(pair)) return false;
  loaded.warned.add(pair);
  return true;
}

/** Removes copies and listeners that were garbage-collected, as when a test runner resets its module registry. */
function forgetCollected(): void {
  for (const copy of loaded.copies) {
    const classes = [...copy.classes.values()];
    if (classes.every((one) => one.deref() === undefined)) {
      loaded.copies.delete(copy);
    }
  }
  for (const listener of loaded.listeners) {
    if (listener.deref() === undefined) loaded.listeners.delete(listener);
  }
}

/** The file of the caller, from the stack: no other way works in ES modules, CommonJS and bundles. */
function callerOf({ stack }: Error): string {
  const frame = String(stack).split('\n')[2] ?? '';
  const place = /(?:\(|at )(?:file:\/\/)?([^()]+):\d+:\d+\)?$/.exec(frame);
  return place?.[1] ?? 'an unknown file';
}

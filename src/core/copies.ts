import { VERSION } from './package.js';
import { processWide, PROTOCOL } from './shared-state.js';

/**
 * A copy of this package that the process has loaded. Copies of all protocols read and
 * write this record, so that they can name each other: members may be added, and none
 * may change.
 */
// Why: docs/decisions/package.md, "Classes of other copies are aliases".
export interface Copy {
  readonly protocol: number;
  /** Of the package. */
  readonly version: string;
  /** The file that it was loaded from. */
  readonly path: string;
  /** Its public classes that apps use as tokens. Held weakly, so that an unused copy can be collected. */
  readonly classes: ReadonlyMap<string, WeakRef<Function>>;
}

/** Receives the copies that are loaded from now on. */
export interface CopyListener {
  copyLoaded(copy: Copy): void;
}

/** The same for copies of all protocols. */
interface LoadedCopies {
  readonly copies: Set<Copy>;
  /** Held weakly, so that an app that was not closed can be collected. */
  readonly listeners: Set<WeakRef<CopyListener>>;
  /** The pairs of paths that a warning has named. */
  readonly warned: Set<string>;
}

const loaded = processWide<LoadedCopies>('nestjs-agent-metrics:copies', () => ({
  copies: new Set(),
  listeners: new Set(),
  warned: new Set(),
}));

/** Adds this copy to those of the process, and tells the apps that run. */
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

/** All copies that the process has loaded so far, but for one. */
export function copiesBeside(own: Copy): Copy[] {
  return [...loaded.copies].filter((copy) => copy !== own);
}

/** @returns removes the listener. */
export function listenToCopies(listener: CopyListener): () => void {
  const reference = new WeakRef(listener);
  loaded.listeners.add(reference);
  return () => void loaded.listeners.delete(reference);
}

/** Whether these two are to be named in a warning: the first time that one of them asks. */
export function isFirstWarning(one: Copy, other: Copy): boolean {
  const pair = [one.path, other.path].toSorted().join('\n');
  if (loaded.warned.has(pair)) return false;
  loaded.warned.add(pair);
  return true;
}

/** The record stays as small as what is in use, however often a module registry is reset. */
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

/** The file that called, by the stack: ES modules, CommonJS and bundles have no other way in common. */
function callerOf({ stack }: Error): string {
  const frame = String(stack).split('\n')[2] ?? '';
  const place = /(?:\(|at )(?:file:\/\/)?([^()]+):\d+:\d+\)?$/.exec(frame);
  return place?.[1] ?? 'an unknown file';
}

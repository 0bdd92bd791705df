/**
 * In place of `src/core/timers.ts`, which binds the real timers when it is imported:
 * calls the globals, where fake timers put theirs.
 *
 * @example
 * vi.mock('../../src/core/timers.js', () => import('./process-timers.js'));
 */
const callGlobal = (callback: () => void, milliseconds?: number) =>
  globalThis.setTimeout(callback, milliseconds);

export const setTimeout: typeof globalThis.setTimeout = Object.assign(
  callGlobal as typeof globalThis.setTimeout,
  globalThis.setTimeout,
);

export const clearTimeout = (timer: NodeJS.Timeout | undefined): void =>
  globalThis.clearTimeout(timer);

export const setImmediate = (callback: () => void): NodeJS.Immediate =>
  globalThis.setImmediate(callback);

/**
 * The timers of the process as they are when this module is loaded. Tests of an app
 * that put fake timers in their place do not stop pages, exports and shutdowns.
 */
export const {
  setTimeout,
  clearTimeout,
  setImmediate,
}: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setImmediate'> =
  globalThis;

/** The timers of the process as they are when this module is loaded. */
// Why: docs/decisions/package.md, "Timers are taken at import".
export const {
  setTimeout,
  clearTimeout,
  setImmediate,
}: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setImmediate'> =
  globalThis;

/** The timer of the process: tests may replace the global one. */
const { setImmediate } = globalThis;

/** Waits until what was put off to the next turn of the event loop is done. */
export const nextTurn = () =>
  new Promise<void>((resolve) => void setImmediate(resolve));

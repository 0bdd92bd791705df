import { clearTimeout, setTimeout } from './timers.js';

/** The parts of a time limit, at most. */
const PARTS = 5;

/**
 * Calls a function after so many milliseconds, `MAX_MILLISECONDS` at most. A time in which the
 * event loop of this process stands still counts as a fifth at most, however long it is: what has
 * happened meanwhile is noticed first.
 *
 * @returns cancels the call.
 */
// Why: docs/decisions/package.md, "A time limit has parts".
export function setLimit(call: () => void, milliseconds: number): () => void {
  const part = Math.ceil(milliseconds / PARTS);
  let left = milliseconds;
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    const next = Math.min(left, part);
    left -= next;
    timer = setTimeout(left > 0 ? wait : call, next);
  };
  wait();
  return () => clearTimeout(timer);
}

/**
 * Calls a function after so many milliseconds on the clock: for a limit within one that another
 * process has for this one.
 *
 * @returns cancels the call.
 */
export function setDeadline(
  call: () => void,
  milliseconds: number,
): () => void {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
}

/**
 * Waits for a promise. Rejects after so many milliseconds.
 *
 * @param start says how they are counted.
 */
export async function withTimeout<T>(
  milliseconds: number,
  promise: Promise<T>,
  what: string,
  start: typeof setLimit = setLimit,
): Promise<T> {
  let stop = () => {};
  const overdue = new Promise<never>((_resolve, reject) => {
    stop = start(
      () => reject(new Error(`${what} took more than ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, overdue]);
  } finally {
    stop();
  }
}

/** Waits for so many milliseconds, `MAX_MILLISECONDS` at most. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

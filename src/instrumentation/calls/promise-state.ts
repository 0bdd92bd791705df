import { inspect } from 'node:util';

export type PromiseState = 'pending' | 'fulfilled' | 'rejected';

/** What `inspect()` shows of a promise, without anything of what it settled with. */
const STATE_ONLY = {
  depth: 0,
  customInspect: false,
  showProxy: false,
  maxArrayLength: 0,
  maxStringLength: 0,
};

/** The state of a native promise, read without a handler: Node still reports an unhandled rejection. */
export function stateOf(promise: Promise<unknown>): PromiseState {
  try {
    const [, state] =
      /^[^{]*\{\s*<(pending|rejected)>/.exec(inspect(promise, STATE_ONLY)) ??
      [];
    return (state as PromiseState | undefined) ?? 'fulfilled';
  } catch {
    // The value may refuse to be inspected.
    return 'pending';
  }
}

/** Whether a rejection that was not handled would have ended the process by now, as it does by default. */
export function isSurelyHandled(): boolean {
  return ['unhandledRejection', 'uncaughtException'].every(
    (event) => process.listenerCount(event) === 0,
  );
}

import type { ErrorCause } from './message-links.js';

/** Receives the errors that are kept from the app. */
export interface ErrorReporter {
  /**
   * @param where what it failed for, e.g. `gauge "queue_length"`.
   */
  reportError(cause: ErrorCause, error: unknown, where?: string): void;
}

/** Runs code that must not break the app: reports the error that it throws, and returns `undefined` then. */
// Why: docs/decisions/instrumentation.md, "Instrumentation never hurts the caller".
export function catchAndReport<T>(
  reporter: ErrorReporter,
  cause: ErrorCause,
  action: () => T,
  where?: string,
): T | undefined {
  try {
    return action();
  } catch (error) {
    report(reporter, cause, error, where);
    return undefined;
  }
}

/** Reports an error that has been caught. Never throws. */
export function report(
  reporter: ErrorReporter,
  cause: ErrorCause,
  error: unknown,
  where?: string,
): void {
  try {
    reporter.reportError(cause, error, where);
  } catch {
    // The collector may be a class of the user's, whose methods may throw.
  }
}

import { messageOf, MetricsError } from '../model/errors.js';

/** Where warnings go. Nest's `Logger` is one; so is `console`. */
export interface MetricsLogger {
  warn(message: string): void;
}

/** Tells of errors that were kept from the app: each one counted, the first of each cause logged. Never throws. */
export class SelfReport {
  private readonly warned = new Set<string>();

  constructor(
    private readonly logger: MetricsLogger,
    private readonly count: (cause: string) => void,
  ) {}

  /** @param cause a fixed word for what failed; a {@link MetricsError} says it better itself. */
  error(cause: string, error: unknown, where = ''): void {
    const known = error instanceof MetricsError ? error.code : cause;
    this.warnOnce(
      known,
      `${where === '' ? '' : `${where}: `}${messageOf(error)} [${known}; logged once, counted]`,
    );
    try {
      this.count(known);
    } catch (failure) {
      this.warnOnce('count', messageOf(failure));
    }
  }

  warnOnce(key: string, message: string): void {
    if (this.warned.has(key)) return;
    this.warned.add(key);
    try {
      this.logger.warn(message);
    } catch {
      // A logger that fails has nowhere to tell it.
    }
  }
}

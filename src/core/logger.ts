/** Where warnings go. Nest's `Logger` is one; so is `console`. */
export interface MetricsLogger {
  /** Takes a warning, each cause once. */
  warn(message: string): void;
  /** For what is good news. Default: {@link warn}. */
  log?(message: string): void;
}

/** Logs a warning. Never throws: a logger that fails has nowhere to tell it. */
export function logWarning(logger: MetricsLogger, message: string): void {
  try {
    logger.warn(message);
  } catch {
    // See above.
  }
}

/** Logs good news. Never throws either. */
export function logNews(logger: MetricsLogger, message: string): void {
  if (logger.log === undefined) return logWarning(logger, message);
  try {
    logger.log(message);
  } catch {
    // See above.
  }
}

/** Receives warnings. Nest's `Logger` and `console` can be used. */
export interface MetricsLogger {
  /** Logs a warning. */
  warn(message: string): void;
  /** Logs that a failure is over. Default: {@link warn}. */
  log?(message: string): void;
}

/** Logs a warning. Never throws: an error of the logger cannot be logged. */
export function logWarning(logger: MetricsLogger, message: string): void {
  try {
    logger.warn(message);
  } catch {
    // See above.
  }
}

/** Logs that a failure is over. Never throws. */
export function logRecovery(logger: MetricsLogger, message: string): void {
  if (logger.log === undefined) return logWarning(logger, message);
  try {
    logger.log(message);
  } catch {
    // See above.
  }
}

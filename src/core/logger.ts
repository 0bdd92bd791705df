import { type Topic, withLink } from './message-links.js';

/** Receives warnings. Nest's `Logger` and `console` can be used. */
export interface MetricsLogger {
  /** Logs a warning. */
  warn(message: string): void;
  /** Logs that a failure is over. Default: {@link warn}. */
  log?(message: string): void;
}

/** Logs a warning of the package. */
export type Warn = (message: string, topic: Topic) => void;

/** Logs a warning of the package, with the link to its section of the docs. Never throws. */
export function logWarning(
  logger: MetricsLogger,
  message: string,
  topic: Topic,
): void {
  forwardWarning(logger, withLink(message, topic));
}

/** Logs a warning as it is. Never throws: an error of the logger cannot be logged. */
export function forwardWarning(logger: MetricsLogger, message: string): void {
  try {
    logger.warn(message);
  } catch {
    // See above.
  }
}

/** Logs that a failure is over. Never throws. */
export function logRecovery(logger: MetricsLogger, message: string): void {
  if (logger.log === undefined) return forwardWarning(logger, message);
  try {
    logger.log(message);
  } catch {
    // See above.
  }
}

/** Where warnings go. Nest's `Logger` is one; so is `console`. */
export interface MetricsLogger {
  warn(message: string): void;
  /** For what is good news. Default: {@link warn}. */
  log?(message: string): void;
}

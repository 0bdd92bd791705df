/** One run of some work, to be told how it ended. Only the first word counts. */
export interface Run {
  succeed(result: unknown): void;
  fail(error: unknown): void;
  /** A run of the same work that begins now, for work that its consumer starts, perhaps several times. */
  again(): Run;
}

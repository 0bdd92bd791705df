/** Receives what a command writes, line by line. */
export interface Output {
  /** To the standard output. */
  readonly out: (text: string) => void;
  /** To the standard error. */
  readonly error: (text: string) => void;
}

/** The command line is wrong. */
export class UsageError extends Error {}

/** One run of some work, to be told how it goes. Only the first end counts. */
export interface Run {
  /** Does a part of the work, in whatever belongs around it. */
  enter<T>(part: () => T): T;
  /**
   * As {@link enter}, for work that follows in the calling function: it takes no frame on the
   * stack. Default: nothing belongs around the work.
   *
   * @returns ends it.
   */
  open?(): (() => void) | undefined;
  succeed(result: unknown): void;
  fail(error: unknown): void;
  /** Its consumer left before the end. */
  cancel(): void;
  /** One more item of a stream has come. */
  item(item: unknown): void;
  /** From now on its consumer is at work, whose time is not the run's. */
  pause(): void;
  resume(): void;
  /** Nothing runs yet: the work begins, with `again()`, when its result is consumed. */
  postpone(): void;
  /** A run of the same work that begins now, perhaps one of several. */
  again(): Run;
}

import { withTimeout } from './time-limit.js';

/** Milliseconds that a page waits for what is collected at scrape time. */
export const COLLECT_LIMIT = 5_000;

/**
 * Something that is collected whenever a page asks for it. If it hangs it is waited
 * for once, and is not begun again before it has ended.
 */
export class CoalescedTask<T> {
  private running: Promise<T> | undefined = undefined;
  /** Milliseconds that somebody has waited in vain for what is running. */
  private waited = 0;

  /** @param what stands in the messages of errors. */
  constructor(
    private readonly what: string,
    private readonly collect: () => Promise<T>,
  ) {}

  /**
   * Rejects with what the collecting throws, or if it takes too long.
   *
   * @param limit in milliseconds.
   */
  async get(limit = COLLECT_LIMIT): Promise<T> {
    if (this.waited >= limit) {
      throw new Error(`${this.what} has not ended yet`);
    }
    this.running ??= this.collect().finally(() => {
      this.running = undefined;
      this.waited = 0;
    });
    const { running } = this;
    return withTimeout(limit, running, this.what).finally(() => {
      if (this.running === running) this.waited = Math.max(this.waited, limit);
    });
  }
}

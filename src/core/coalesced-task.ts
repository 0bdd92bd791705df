import { setDeadline, withTimeout } from './time-limit.js';

/** Milliseconds that a page waits for a callback or a metric of prom-client. */
export const COLLECT_LIMIT = 5_000;

/**
 * A task whose callers share one run: a call during a run waits for that run. If a run
 * exceeds the limit of a caller, further calls with that limit fail at once until it has
 * ended, so that a task that hangs delays one page only.
 */
export class CoalescedTask<T> {
  private running: Promise<T> | undefined = undefined;
  /** The longest limit of a caller that the present run has exceeded, in milliseconds; 0 at first. */
  private waited = 0;

  /** @param what the subject of error messages. */
  constructor(
    private readonly what: string,
    private readonly run: () => Promise<T>,
  ) {}

  /**
   * The result of the present run, or of a new one. Rejects with the error of the run, or
   * if it exceeds the limit.
   *
   * @param limit in milliseconds.
   */
  async get(limit = COLLECT_LIMIT): Promise<T> {
    if (this.waited >= limit) {
      throw new Error(`${this.what} has not ended yet`);
    }
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      this.waited = 0;
    });
    const { running } = this;
    return withTimeout(limit, running, this.what, setDeadline).finally(() => {
      if (this.running === running) this.waited = Math.max(this.waited, limit);
    });
  }
}

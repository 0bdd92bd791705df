/** Runs asynchronous tasks one at a time, in the order in which they are passed. */
export class InOrder {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs a task once all earlier ones have ended, whether or not they have failed. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const done = this.last.then(task);
    this.last = done.catch(() => {});
    return done;
  }
}

/** Limits the number of holders at the same time. The others wait in the order in which they came. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  /** @param free the number of free places. */
  constructor(private free: number) {}

  /** The number of free places. */
  get available(): number {
    return this.free;
  }

  /** Resolves when the caller has a place. The caller must {@link release} the place in a `finally`. */
  async acquire(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free++;
    else next();
  }
}

/** Lets a fixed number of holders in at the same time; the others wait in the order in which they came. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  /** @param free how many may enter now. */
  constructor(private free: number) {}

  /** How many could enter at once. */
  get available(): number {
    return this.free;
  }

  /** Resolves when the caller may enter. Whoever entered calls {@link release} at its end. */
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

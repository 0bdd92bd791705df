/** Undoes one step of the start. */
export type Undo = () => void | Promise<void>;

/** Runs starts and stops one at a time, in the order of the calls. */
export class Lifecycle {
  /** Undoes the start; set while started. */
  private release: (() => Promise<void>) | undefined = undefined;
  private lastStep: Promise<void> = Promise.resolve();

  /** @param begin runs the start and pushes one undo for each step. The undos run in reverse order at the stop, or when a later step fails. */
  constructor(private readonly begin: (undo: Undo[]) => Promise<void>) {}

  get started(): boolean {
    return this.release !== undefined;
  }

  start(): Promise<void> {
    return this.inOrder(() => this.open());
  }

  stop(): Promise<void> {
    return this.inOrder(() => this.close());
  }

  private inOrder(step: () => Promise<void>): Promise<void> {
    const done = this.lastStep.then(step);
    this.lastStep = done.catch(() => {});
    return done;
  }

  private async open(): Promise<void> {
    if (this.release !== undefined) return;
    const undo: Undo[] = [];
    const release = async () => {
      for (const step of undo.reverse()) await step();
    };
    try {
      await this.begin(undo);
    } catch (error) {
      await release();
      throw error;
    }
    this.release = release;
  }

  private async close(): Promise<void> {
    const { release } = this;
    this.release = undefined;
    await release?.();
  }
}

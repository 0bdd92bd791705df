import { InOrder } from '../core/in-order.js';

/** Undoes a step of the start. */
type Undo = () => void | Promise<void>;

/** A step of the start; the result undoes it, at the stop or when a later step fails. */
type Step = () => void | Undo | Promise<void | Undo>;

/** Starts step by step and stops in reverse order. Starts and stops run one at a time, in the order of the calls. */
export class Lifecycle {
  /** Undoes the steps of the start; `undefined` unless started. */
  private release: (() => Promise<void>) | undefined = undefined;
  private readonly changes = new InOrder();

  private readonly steps: Step[] = [];
  private readonly closers: (() => void)[] = [];

  /** Adds a step of the start; steps run in the order in which they are added. */
  addStep(step: Step): void {
    this.steps.push(step);
  }

  /** Calls back once at the next stop, also if it was not started. @param close does not throw. */
  onStop(close: () => void): void {
    this.closers.push(close);
  }

  get started(): boolean {
    return this.release !== undefined;
  }

  start(): Promise<void> {
    return this.changes.run(() => this.open());
  }

  stop(): Promise<void> {
    return this.changes.run(() => this.close());
  }

  private async open(): Promise<void> {
    if (this.release !== undefined) return;
    const undo: Undo[] = [];
    const release = async () => {
      for (const step of undo.reverse()) await step();
    };
    try {
      for (const step of this.steps) {
        const undoStep = await step();
        if (undoStep !== undefined) undo.push(undoStep);
      }
    } catch (error) {
      await release();
      throw error;
    }
    this.release = release;
  }

  private async close(): Promise<void> {
    const { release } = this;
    this.release = undefined;
    for (const close of this.closers.splice(0)) close();
    await release?.();
  }
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { LabelError, shown } from '../../core/errors.js';
import { joinedKey } from '../../core/joined-key.js';
import { canonicalLabels, type Labels, labelsOf } from '../../model/labels.js';

/** The labels that a context has, as texts. */
export interface LabelsInForce {
  /** Another text for each other set. */
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels that the metrics of agents get from the code around them, such as a tenant. Their names are declared, so that the labels of a metric are known. */
// Why: docs/decisions/instrumentation.md, "Labels of a context are declared".
export class ContextLabels {
  private readonly storage = new AsyncLocalStorage<LabelsInForce>();

  constructor(private readonly names: readonly string[]) {}

  /** The labels around the caller. */
  get current(): LabelsInForce | undefined {
    // Where none are declared, nothing asks for the asynchronous context.
    return this.names.length === 0 ? undefined : this.storage.getStore();
  }

  /**
   * Does some work. What it calls, now or later, has these labels and those around it.
   *
   * @throws {LabelError} if a name is not declared, or a value cannot be that of a label.
   */
  run<T>(labels: Labels, work: () => T): T {
    return this.resume(this.with(labels), work);
  }

  /** Does some more work with labels that were in force. */
  resume<T>(labels: LabelsInForce, work: () => T): T {
    return this.storage.run(labels, work);
  }

  /** As {@link resume}, without a frame on the stack, until the returned function is called. */
  enter(labels: LabelsInForce): () => void {
    const { storage } = this;
    const outer = storage.getStore();
    storage.enterWith(labels);
    return () => storage.enterWith(outer as LabelsInForce);
  }

  /** These labels and those around the caller. Throws as {@link run} does. */
  with(given: Labels): LabelsInForce {
    const own = labelsOf(canonicalLabels(given, 'withLabels()'));
    for (const name in own) {
      if (!this.names.includes(name)) throw this.undeclared(name);
    }
    const labels = { ...this.storage.getStore()?.labels, ...own };
    const key = joinedKey(this.names.map((name) => labels[name] ?? ''));
    return { key, labels };
  }

  private undeclared(name: string): LabelError {
    const names = this.names.map((one) => shown(one)).join(', ') || 'nothing';
    return new LabelError(
      `The label ${shown(name)} of a context is not declared; agents.contextLabels has ${names}`,
    );
  }
}

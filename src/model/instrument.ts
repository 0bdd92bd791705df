import type { Cell } from './cells.js';
import { LabelError } from './errors.js';
import type { Family } from './family.js';
import { ownLabels } from './given-labels.js';
import { type Labels, type LabelValue, NO_LABELS } from './labels.js';

/** What counters, gauges and histograms have in common. */
export abstract class Instrument<F extends Family> {
  /** @internal */
  constructor(
    /** @internal */
    protected readonly family: F,
  ) {}

  /** The exposed name, namespace and subsystem included. */
  get name(): string {
    return this.family.name;
  }

  /** @internal Whether the metric is there: not so once cleared, until the next recording. */
  get registered(): boolean {
    return this.family.registered;
  }

  /**
   * @internal Makes the series of these labels, so that recording to it does not fail.
   *
   * @throws {LabelError} if the labels cannot be written.
   */
  prepare(labels: Labels): void {
    this.family.cell(labels);
  }

  /**
   * Removes the series of these labels. Recording to them again starts a new one.
   *
   * @returns whether there was such a series.
   * @throws {LabelError} if the labels cannot be written.
   */
  remove(labels: Labels = NO_LABELS): boolean {
    return this.family.remove(labels);
  }
}

/** Labels as an object, made from the values of the declared label names if need be. */
export function namedLabels(
  family: Family,
  given: [Labels] | LabelValue[],
): Labels {
  const [first] = given;
  if (typeof first === 'object' && first !== null) return first;
  const { labelNames, name } = family;
  const values = given as LabelValue[];
  if (values.length !== labelNames.length) {
    throw new LabelError(
      `Metric "${name}" was given ${values.length} label values; expected ${labelNames.length}, of its labelNames [${labelNames.join(', ')}], or an object`,
    );
  }
  return Object.fromEntries(labelNames.map((label, i) => [label, values[i]]));
}

/** One series, its labels resolved once: the fastest way to record. */
export abstract class Series<C extends Cell, F extends Family<C> = Family<C>> {
  private cell: C;
  private readonly labels: Labels;

  /** @internal */
  constructor(
    /** @internal */
    protected readonly family: F,
    labels: Labels,
  ) {
    this.labels = ownLabels(labels, family.name);
    this.cell = family.cell(this.labels);
  }

  /** @internal */
  protected get metric(): string {
    return this.family.name;
  }

  /** @internal The cell to record to: another one than before if it was removed meanwhile. */
  protected live(): C {
    return this.cell.removed
      ? (this.cell = this.family.cell(this.labels))
      : this.cell;
  }
}

import type { Cell } from './cells.js';
import { LabelError } from '../core/errors.js';
import type { Family } from './family.js';
import {
  type Labels,
  type LabelValue,
  NO_LABELS,
  ownLabels,
} from './labels.js';

/** The common base of counters, gauges and histograms. */
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

  /** @internal Whether the registry has the metric: not after a clear, until the next recording. */
  get registered(): boolean {
    return this.family.registered;
  }

  /**
   * @internal Adds, sets or observes the value of an event: what it does depends on the type.
   * A method, as a chain of `instanceof` is slow.
   *
   * @param labels an object.
   * @throws {MetricValueError} or {LabelError}. Nothing is recorded then.
   */
  abstract record(labels: Labels, value: number): void;

  /**
   * @internal Creates the series of these labels, so that recording in it does not fail.
   *
   * @throws {LabelError} if the labels are invalid.
   */
  prepare(labels: Labels): void {
    this.family.cell(labels);
  }

  /**
   * Creates the series of these labels with the value 0, or without observations, so that
   * pages show it before the first recording. A series that exists stays as it is.
   *
   * @param labels Default: the series without labels.
   * @throws {LabelError} if the labels are invalid.
   *
   * @example
   * requests.init({ method: 'GET' });
   */
  init(labels?: Labels): void;
  /**
   * Creates the series of these label values, in the order of the `labelNames` that the metric was asked for with.
   *
   * @throws {LabelError} if there are more or fewer of them, or they are invalid.
   *
   * @example
   * requests.init('GET');
   */
  init(...values: LabelValue[]): void;
  init(...given: [Labels?] | LabelValue[]): void {
    const labels = namedOrNone(this.family, given);
    this.family.lastingCell(ownLabels(labels, this.name));
  }

  /**
   * Removes the series of these labels, by default the one without labels. Recording to
   * them again starts a new series.
   *
   * @returns whether there was such a series.
   * @throws {LabelError} if the labels are invalid.
   *
   * @example
   * requests.remove({ method: 'GET' });
   */
  remove(labels?: Labels): boolean;
  /**
   * Removes the series of these label values, in the order of the `labelNames` that the metric was asked for with.
   *
   * @returns whether there was such a series.
   * @throws {LabelError} if there are more or fewer of them, or they are invalid.
   *
   * @example
   * requests.remove('GET');
   */
  remove(...values: LabelValue[]): boolean;
  remove(...given: [Labels?] | LabelValue[]): boolean {
    return this.family.remove(namedOrNone(this.family, given));
  }

  /**
   * Removes all series. Recording again starts new ones.
   *
   * @example
   * requests.removeAll();
   */
  removeAll(): void {
    this.family.clear();
  }

  /**
   * Removes all series. Those of `initialLabels` start again at 0, and so does the series
   * without labels, if there is one and the metric was asked for without `labelNames`.
   * Prometheus and exporters see a reset of the metric.
   *
   * @example
   * requests.reset();
   */
  reset(): void {
    this.family.reset();
  }
}

/** Labels as an object, also if they were given as values in the order of the label names. */
export function namedLabels(
  family: Family,
  given: [Labels] | LabelValue[],
): Labels {
  const [first] = given;
  if (typeof first === 'object' && first !== null) return first;
  const { labelNames, name } = family;
  const values = given as LabelValue[];
  if (values.length !== labelNames.length) {
    const expected =
      labelNames.length === 0
        ? 'an object, as it has no labelNames'
        : `${labelNames.length}, of its labelNames [${labelNames.join(', ')}], or an object`;
    throw new LabelError(
      `Metric "${name}" was given ${values.length} label values; expected ${expected}`,
    );
  }
  return Object.fromEntries(labelNames.map((label, i) => [label, values[i]]));
}

/** As {@link namedLabels}; no labels if nothing was given. */
export function namedOrNone(
  family: Family,
  given: [Labels?] | LabelValue[],
): Labels {
  const isNothing = given.length <= 1 && (given[0] ?? null) === null;
  return isNothing ? NO_LABELS : namedLabels(family, given as LabelValue[]);
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
    this.cell = family.lastingCell(this.labels);
  }

  /** @internal */
  protected get metric(): string {
    return this.family.name;
  }

  /** @internal The cell to record to. If the cell was removed since the last recording, this is a new one. */
  protected live(): C {
    return this.cell.removed
      ? (this.cell = this.family.cell(this.labels))
      : this.cell;
  }
}

import { LabelError, shown } from '../core/errors.js';
import {
  type Labels,
  type LabelValue,
  MAX_LABELS,
  tooManyLabels,
} from './labels.js';

/**
 * Labels as a caller gave them: the own enumerable keys in their order, and the value
 * that each had. The caller's object is read once, so that a getter or a Proxy cannot
 * show one value to the look-up and another one to the new series.
 */
export class GivenLabels {
  readonly names: string[] = [];
  readonly values: LabelValue[] = [];

  /** Whether there are more than {@link MAX_LABELS}: the rest need not be read. */
  get areTooMany(): boolean {
    return this.names.length > MAX_LABELS;
  }

  add(name: string, value: LabelValue): void {
    this.names.push(name);
    this.values.push(value);
  }
}

/**
 * Reads labels.
 *
 * @throws {LabelError} if `labels` is no object of labels, or has more than 128. Errors of getters pass through.
 */
export function readLabels(labels: unknown, metric: string): GivenLabels {
  if (typeof labels !== 'object') throw labelsError(labels, metric);
  const given = new GivenLabels();
  for (const name in labels) {
    if (!Object.prototype.hasOwnProperty.call(labels, name)) continue;
    given.add(name, (labels as Labels)[name]);
    if (given.areTooMany) break;
  }
  checkGiven(given, labels, metric);
  return given;
}

/** A copy that is the reader's own. Throws as {@link readLabels} does. */
export function ownLabels(labels: unknown, metric: string): Labels {
  const { names, values } = readLabels(labels, metric);
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

/** @throws {LabelError} if `given`, which was read from `labels`, has no labels where some were meant, or too many. */
export function checkGiven(
  given: GivenLabels,
  labels: object | null,
  metric: string,
): void {
  if (given.areTooMany) {
    throw tooManyLabels(metric);
  }
  const isEmpty = given.names.length === 0;
  if (isEmpty ? !isPlain(labels) : Array.isArray(labels)) {
    throw labelsError(labels, metric);
  }
}

/**
 * Whether this is nothing but its own keys: `{}`, also of another realm, or `null`. A
 * Map, a Date and an object that inherits its labels are not: without own keys they
 * would be recorded without labels.
 */
export function isPlain(labels: object | null): boolean {
  if (labels === null) return true;
  const prototype = Object.getPrototypeOf(labels) as object | null;
  return prototype === null || Object.hasOwn(prototype, 'hasOwnProperty');
}

function labelsError(labels: unknown, metric: string): LabelError {
  return new LabelError(
    `Labels of metric "${metric}" are ${shown(labels)}; expected an object of label names and values`,
  );
}

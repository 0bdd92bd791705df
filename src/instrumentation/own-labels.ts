import { LabelError } from '../core/errors.js';
import {
  checkLabelName,
  type Labels,
  type LabelValue,
  readLabels,
} from '../model/labels.js';

export type MutableLabels = Record<string, LabelValue>;

/** Copies labels in a plain loop, which is several times faster here than a spread. */
export function copyLabels(to: MutableLabels, from: Labels): MutableLabels {
  for (const name in from) to[name] = from[name];
  return to;
}

/**
 * Adds labels from a user, or from a function of the user's.
 *
 * @throws {LabelError} if they are a promise, or no object of label names and values.
 */
export function addOwnLabels(
  to: MutableLabels,
  given: Labels | undefined,
  metric: string,
): void {
  if (given === undefined || given === null) return;
  if (given instanceof Promise) {
    given.catch(() => {});
    throw new LabelError(
      `The labels of metric "${metric}" are a promise; expected a function that gives them at once`,
    );
  }
  let count = 0;
  for (const name in given) {
    if (!Object.prototype.hasOwnProperty.call(given, name)) continue;
    // An assignment to `__proto__` adds no property: the label would be lost.
    if (name === '__proto__') checkLabelName(name, metric);
    to[name] = given[name];
    count++;
  }
  if (count === 0) readLabels(given, metric);
}

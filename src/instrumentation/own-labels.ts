import { LabelError } from '../model/errors.js';
import type { Labels, LabelValue } from '../model/labels.js';

export type MutableLabels = Record<string, LabelValue>;

/** By a plain loop: several times faster here than a spread. */
export function copyLabels(
  to: MutableLabels,
  from: Labels | undefined,
): MutableLabels {
  for (const name in from) to[name] = from[name];
  return to;
}

/**
 * Adds labels that a function of the user has given.
 *
 * @throws {LabelError} if they are a promise.
 */
export function addOwnLabels(
  to: MutableLabels,
  given: Labels | undefined,
  metric: string,
): void {
  if (given instanceof Promise) {
    given.catch(() => {});
    throw new LabelError(
      `The labels of metric "${metric}" are a promise; expected a function that gives them at once`,
    );
  }
  copyLabels(to, given);
}

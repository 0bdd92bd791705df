import { checkBuckets } from '../model/buckets.js';
import { canonicalLabels, type Labels } from '../model/labels.js';
import { Check } from '../core/validate.js';

/** Rules that the options and the filters share. */

export const DEFAULT_LABELS = new Check(
  'an object of label names (letters, digits and "_"; not le, quantile or __x) and text values',
  (value) => succeeds(() => canonicalLabels(value as Labels, '')),
);

export const MAX_SERIES = new Check(
  'an integer of 1 or more',
  (value) => Number.isInteger(value) && (value as number) >= 1,
);

export const BUCKETS = new Check(
  'finite numbers in strictly increasing order, such as [0.1, 1, 10]',
  (value) => succeeds(() => checkBuckets(value as number[], '')),
);

export function succeeds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

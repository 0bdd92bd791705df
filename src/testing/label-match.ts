import { shortened } from '../core/shortened.js';
import {
  isPresent,
  type Labels,
  type LabelValue,
  MAX_LABEL_VALUE,
  readLabels,
} from '../model/labels.js';

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether a series has all of these labels. A label without a value must be absent.
 *
 * @throws {LabelError} if `wanted` is no object of labels.
 */
export function haveLabels({ labels }: Labelled, wanted: Labels): boolean {
  const { names, values } = readLabels(wanted, 'in this test');
  return names.every((name, i) => (labels[name] ?? '') === textOf(values[i]));
}

/** The value as series have it. */
function textOf(value: LabelValue): string {
  return isPresent(value) ? shortened(String(value), MAX_LABEL_VALUE) : '';
}

import { labelPairs } from '../model/label-text.js';
import type { LabelSet } from '../model/labels.js';
import { sameItems } from '../core/same-items.js';

/**
 * The label set as Prometheus compares it: sorted by name, without empty values
 * (Prometheus data model, "Metric names and labels").
 */
export function seriesKey({ names, values }: LabelSet): string {
  const present = names
    .map((name, i) => [name, values[i]!] as const)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return labelPairs({
    names: present.map(([name]) => name),
    values: present.map(([, value]) => value),
  });
}

/** Whether the label sets have the same names in the same order, and no empty values, so that their texts tell them apart. */
export function areUniform(all: readonly LabelSet[]): boolean {
  const first = all[0]?.names ?? [];
  return all.every(
    ({ names, values }) =>
      !values.includes('') && (names === first || sameItems(names, first)),
  );
}

/** Those with label sets that none before them has. */
export function distinct<T>(
  all: readonly T[],
  labelsOf: (one: T) => LabelSet,
): T[] {
  const keys = new Set<string>();
  return all.filter((one) => {
    const { size } = keys;
    return keys.add(seriesKey(labelsOf(one))).size > size;
  });
}

import { labelPairs } from '../model/label-text.js';
import type { LabelSet } from '../model/labels.js';
import { sameItems } from '../core/same-items.js';

/**
 * The text of a label set as Prometheus compares it: sorted by name, without empty values
 * (Prometheus data model, "Metric names and labels").
 */
function seriesKey({ names, values }: LabelSet): string {
  const present = names
    .map((name, i) => [name, values[i]!] as const)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return labelPairs({
    names: present.map(([name]) => name),
    values: present.map(([, value]) => value),
  });
}

/** Whether all label sets have the same names in the same order, and no empty values: then only equal sets have equal texts. */
export function areUniform(all: readonly LabelSet[]): boolean {
  const first = all[0]?.names ?? [];
  return all.every(
    ({ names, values }) =>
      !values.includes('') && (names === first || sameItems(names, first)),
  );
}

/** The items without those whose label set an earlier item has. */
export function distinct<T>(
  items: readonly T[],
  labelSetOf: (item: T) => LabelSet,
): T[] {
  const keys = new Set<string>();
  return items.filter((item) => {
    const { size } = keys;
    return keys.add(seriesKey(labelSetOf(item))).size > size;
  });
}

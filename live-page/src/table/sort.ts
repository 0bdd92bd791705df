export type SortValue = number | string | null;

export type Direction = 1 | -1;

export interface Sort {
  readonly key: string;
  readonly direction: Direction;
}

/** A sorted copy. What has no value comes last in both directions. */
export function sorted<R>(
  rows: readonly R[],
  value: (row: R) => SortValue,
  direction: Direction,
): R[] {
  return [...rows].sort((one, other) =>
    compare(value(one), value(other), direction),
  );
}

function compare(
  one: SortValue,
  other: SortValue,
  direction: Direction,
): number {
  if (one === null || other === null)
    return Number(one === null) - Number(other === null);
  const order =
    typeof one === 'number' && typeof other === 'number'
      ? one - other
      : String(one).localeCompare(String(other), undefined, { numeric: true });
  return order * direction;
}

/** The next order after a click: numbers start with the largest. */
export const nextSort = (sort: Sort, key: string, isNumber: boolean): Sort =>
  sort.key === key
    ? { key, direction: sort.direction === 1 ? -1 : 1 }
    : { key, direction: isNumber ? -1 : 1 };

/** Whether a text has all words of a filter, in any order and case. */
export function matches(text: string, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

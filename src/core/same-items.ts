/** Whether two lists have the same items in the same order. */
export function sameItems<T>(
  some: readonly T[],
  others: readonly T[],
): boolean {
  return (
    some.length === others.length && some.every((one, i) => one === others[i])
  );
}

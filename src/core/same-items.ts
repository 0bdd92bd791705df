/** Whether two lists have the same items in the same order. */
export function sameItems<T>(
  some: ArrayLike<T>,
  others: ArrayLike<T>,
): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) {
    if (some[i] !== others[i]) return false;
  }
  return true;
}

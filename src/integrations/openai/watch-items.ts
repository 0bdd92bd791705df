/**
 * Watches the items of an iterator while they are consumed.
 *
 * @param see is called with each item before its consumer gets it; must not throw.
 * @param ended is called when the consumption ends in any way.
 */
export async function* watchItems<T>(
  items: AsyncIterable<T>,
  see: (item: T) => void,
  ended: () => void,
): AsyncGenerator<T> {
  try {
    for await (const item of items) {
      see(item);
      yield item;
    }
  } finally {
    ended();
  }
}

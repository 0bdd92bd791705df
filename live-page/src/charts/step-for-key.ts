/** The step that a key leads to, or `undefined` for other keys. */
export function stepForKey(
  key: string,
  current: number,
  count: number,
  fast: boolean,
): number | undefined {
  const by = fast ? 10 : 1;
  const targets = new Map([
    ['ArrowLeft', current - by],
    ['ArrowRight', current + by],
    ['Home', 0],
    ['End', count - 1],
  ]);
  const target = targets.get(key);
  return target === undefined
    ? undefined
    : Math.max(0, Math.min(count - 1, target));
}

const ELLIPSIS = '…';

/**
 * A text that is cut where it is longer than `limit` UTF-16 code units, and then ends
 * in "…". Halves of characters are replaced, as `toWellFormed()` does.
 */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text.toWellFormed();
  const end = limit - ELLIPSIS.length;
  const isHalf = /[\ud800-\udbff]/.test(text[end - 1]!);
  const kept = text.slice(0, isHalf ? end - 1 : end);
  // A slice keeps all of its text in memory; through bytes it becomes a text of its own.
  return Buffer.from(kept + ELLIPSIS, 'utf8').toString('utf8');
}

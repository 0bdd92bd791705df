const ELLIPSIS = '…';

/**
 * Cuts a text to `limit` UTF-16 code units; a text that was cut ends with "…". Lone
 * surrogates are replaced, as `toWellFormed()` does.
 */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text.toWellFormed();
  const end = limit - ELLIPSIS.length;
  const isHalf = /[\ud800-\udbff]/.test(text[end - 1]!);
  const kept = text.slice(0, isHalf ? end - 1 : end);
  // In V8 a slice keeps the whole original text in memory. A copy through bytes does not.
  return Buffer.from(kept + ELLIPSIS, 'utf8').toString('utf8');
}

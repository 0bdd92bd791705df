/** Words that are in every question and say nothing about its subject. */
const STOP_WORDS = new Set(
  `a about all also an and any are as at be been but by can could did do does for
  from get had has have how i if in into is it its let like make me much many my
  not of off on one or our should so some than that the their them then there
  these they this those to up us use was we were what when where which who why
  will with would you your`.split(/\s+/),
);

/** A word as it is searched for, e.g. `count` for `Counted`; `null` for words that are not. */
export function searchWord(word: string): string | null {
  const lower = word.toLowerCase();
  if (STOP_WORDS.has(lower)) return null;
  return lower.replace(/(?<=\p{L}{3})(?:ing|ed|es|s|e)$/u, '');
}

/** The words of a text that are worth searching for, each once. */
export function wordsOf(text: string): Set<string> {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.map(searchWord).filter((word) => word !== null));
}

/**
 * Joins texts to one key, which differs for each other list of texts. The length before each
 * text tells where it ends, whatever it has in it.
 */
export function joinedKey(texts: readonly string[]): string {
  let key = '';
  for (const text of texts) key += `${text.length} ${text}`;
  return key;
}

import { shortened } from './shortened.js';

/** Characters of a server's text that a message shows. */
const LONGEST = 200;

/** Line ends, control characters, and characters that are invisible or change the direction of a text. */
const UNPRINTABLE = /[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * The beginning of a server's text for a message: on one line, and without secrets that
 * the server repeats.
 *
 * @param secrets the texts to hide. Texts of five characters or fewer are not searched for.
 */
export function printable(
  text: string,
  secrets: readonly string[],
  longest = LONGEST,
): string {
  // The longest secret is replaced first, as it may begin with a shorter one.
  const parts = secrets.flatMap(partsOf).sort((a, b) => b.length - a.length);
  let shown = text;
  for (const secret of parts) {
    shown = shown.replaceAll(secret, '[hidden]');
  }
  return shortened(shown.replace(UNPRINTABLE, ' ').trim(), longest);
}

/** A header may consist of a word and a secret. */
function partsOf(header: string): string[] {
  return [header, ...header.split(' ')].filter(({ length }) => length > 5);
}

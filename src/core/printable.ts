import { shortened } from './shortened.js';

/** Characters of an answer that go into a message. */
const LONGEST = 200;

/** Line ends, controls of terminals, and what changes the direction of a text or cannot be seen. */
const UNPRINTABLE = /[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * The beginning of a text of a server as a message can show it: on one line, and without
 * secrets that the server repeats.
 *
 * @param secrets what must not be shown. Whatever has five characters or fewer is not looked for.
 */
export function printable(
  text: string,
  secrets: readonly string[],
  longest = LONGEST,
): string {
  // The longest first: it may begin with another.
  const parts = secrets.flatMap(partsOf).sort((a, b) => b.length - a.length);
  let shown = text;
  for (const secret of parts) {
    shown = shown.replaceAll(secret, '[hidden]');
  }
  return shortened(shown.replace(UNPRINTABLE, ' ').trim(), longest);
}

/** A header may be a word and a secret. */
function partsOf(header: string): string[] {
  return [header, ...header.split(' ')].filter(({ length }) => length > 5);
}

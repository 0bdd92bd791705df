import { messageOf } from '../model/errors.js';

/** How many errors of a chain of causes are told. */
const MAX_CAUSES = 3;

/** How much of a text is read, and how much of that is shown. */
const MAX_READ = 4_000;
const MAX_SHOWN = 1_000;

/** What stands before the host in a URL: `user:password@`, `token@`. */
const USER_INFO = /\b([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/gi;

/** The same with a slash or the like in the password, which is no URL any more but is written now and then. */
const BROKEN_USER_INFO =
  /\b([a-z][a-z\d+.-]*:\/\/)[^\s/?#:@]*:(?!\d+(?:[/?#]|\s|$))\S*@/gi;

/** What an error says, with what caused it, and without credentials in URLs. Never throws. */
export function errorText(error: unknown): string {
  const messages: string[] = [];
  let at = error;
  do {
    messages.push(messageOf(at));
    at = causeOf(at);
  } while (at !== undefined && messages.length < MAX_CAUSES);
  return maskCredentials(messages.join(', caused by '));
}

/** A text with `***` in place of credentials in URLs, cut if it is long. */
export function maskCredentials(text: string): string {
  return text
    .slice(0, MAX_READ)
    .replace(USER_INFO, '$1***@')
    .replace(BROKEN_USER_INFO, '$1***@')
    .slice(0, MAX_SHOWN);
}

/** Node reports a failed connection as an `AggregateError` without message, `fetch` as a cause. */
function causeOf(error: unknown): unknown {
  try {
    if (error instanceof AggregateError) return error.errors[0];
    return error instanceof Error ? error.cause : undefined;
  } catch {
    return undefined;
  }
}

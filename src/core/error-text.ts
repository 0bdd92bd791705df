import { messageOf } from './errors.js';

/** Errors of a chain of causes that are shown. */
const MAX_CAUSES = 3;

/** Characters of a text that are read, and of these the characters that are shown. */
const MAX_READ = 4_000;
const MAX_SHOWN = 1_000;

/** The scheme of a URL, or the end of a scheme that is longer. */
const SCHEME = /[a-z][a-z\d+.-]{0,30}:\/\//gi;

/** A host with its port, as opposed to `user:password`. */
const WEB_ORIGIN =
  /^(https?|wss?):\/\/(localhost|[\w-]+(\.[\w-]+)+|\[[\da-f:.]+\]):\d{1,5}$/i;

/** The message of an error and its causes, without credentials in URLs. Never throws. */
export function errorText(error: unknown): string {
  const messages: string[] = [];
  let at = error;
  do {
    messages.push(messageOf(at));
    at = causeOf(at);
  } while (at !== undefined && messages.length < MAX_CAUSES);
  return maskCredentials(messages.join(', caused by '));
}

/**
 * Replaces credentials in URLs with `***`, and cuts long texts. A password may contain
 * characters that URLs do not allow, such as `@`, `:` and `/`, so credentials end at the
 * last `@` before a space.
 */
export function maskCredentials(text: string): string {
  const end = text.length > MAX_READ ? MAX_READ : Infinity;
  return text
    .slice(0, MAX_READ)
    .replace(/\S+/g, (word, at: number) =>
      masked(word, at + word.length === end),
    )
    .slice(0, MAX_SHOWN);
}

/** @param isCut whether the word was cut, perhaps before the `@` after a password. */
function masked(word: string, isCut: boolean): string {
  const end = isCut ? word.length : word.lastIndexOf('@');
  const before = word.slice(0, Math.max(0, end));
  for (const { 0: scheme, index } of before.matchAll(SCHEME)) {
    const start = index + scheme.length;
    if (isUserInfo(scheme, before.slice(start))) {
      return `${word.slice(0, start)}***${word.slice(end)}`;
    }
  }
  return word;
}

/**
 * Whether the part of a URL before its last `@` is a user name, with or without a
 * password, and not a host with a path that contains an `@`.
 */
function isUserInfo(scheme: string, part: string): boolean {
  const [authority = ''] = part.split(/[/?#]/, 1);
  if (authority === part || authority.includes('@')) return true;
  return part.includes(':') && !WEB_ORIGIN.test(scheme + authority);
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

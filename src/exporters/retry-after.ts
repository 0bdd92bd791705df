import type { IncomingHttpHeaders } from 'node:http';

/** Each of the three forms of a date begins with the day of the week (RFC 9110, "Date/Time Formats"). */
const DATE = /^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * Milliseconds, from the seconds or the date in a `Retry-After` (RFC 9110); `undefined` if
 * it is missing or malformed. A date counts from the server's own `Date`, so that it
 * does not matter whether the clocks of both agree.
 */
export function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1_000;
  const until = timeOf(text);
  if (until === undefined) return undefined;
  return Math.max(0, until - (timeOf(headers.date) ?? Date.now()));
}

/** In milliseconds since the Unix epoch. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !DATE.test(text)) return undefined;
  // The oldest form does not say that it is in GMT, as all of them are.
  const time = Date.parse(/GMT\s*$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

import type { AnswerHead } from '../../../src/live/answers.js';
import type { Outcome } from './outcome.js';

const TIMEOUT = 20_000;
const VERSION = 1;

const away = (reason: string): Outcome => ({
  failure: { kind: 'away', reason },
});

async function read(response: Response): Promise<Outcome> {
  const { status } = response;
  if (status === 401 || status === 403)
    return { failure: { kind: 'ended', status } };
  const reason = `it answered ${status}`;
  if (status === 400) return { failure: { kind: 'refused', reason } };
  if (!response.ok) return away(reason);
  const answer = (await response.json()) as AnswerHead;
  return answer.version === VERSION
    ? { answer }
    : { failure: { kind: 'outdated' } };
}

/**
 * One answer of the API. The browser's cache sends the ETag and turns 304 into the answer
 * that it has.
 */
export async function fetchAnswer(
  url: string,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      cache: 'no-cache',
      headers: { Accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    return await read(response);
  } catch (error) {
    const name = (error as Error | undefined)?.name;
    if (name === 'TimeoutError') return away('no answer within 20 s');
    return away(
      name === 'SyntaxError' ? 'its answer is not readable' : 'no connection',
    );
  }
}

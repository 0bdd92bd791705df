import { ExportError } from '../../../core/errors.js';
import type { HttpResponse } from '../../http-request.js';
import { acceptedAnswer } from './partial-success.js';
import { statusMessage } from './status-message.js';
import type { Answer } from './transport.js';

/** Where servers of OTLP/HTTP take metrics, unless they are told otherwise ("OTLP/HTTP Request"). */
const METRICS_PATH = '/v1/metrics';

/** "Retryable Response Codes". */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** These are about what is in a request: the next one may go through. */
const CONTENT = new Set([400, 413, 422]);

/**
 * Judges an answer (OTLP specification, "OTLP/HTTP Response").
 *
 * @param at where it came from, for messages.
 * @param points how many points the request had.
 * @throws {ExportError} if the backend took nothing and would take nothing else either.
 */
export function judge(
  { status, headers, body, retryAfter }: HttpResponse,
  at: string,
  points: number,
  secrets: readonly string[],
): Answer {
  const contentType = headers['content-type'] ?? '';
  if (status >= 200 && status < 300) {
    return acceptedAnswer(body, contentType, points, secrets);
  }
  const said = statusMessage(body, contentType, secrets);
  const reason = `${at} answered ${status}${said && `: ${said}`}${hintOf(status, at)}`;
  if (CONTENT.has(status)) {
    return { rejected: 0, reason, isAccepted: false, warning: '' };
  }
  const retryable = RETRYABLE.has(status);
  throw new ExportError(reason, {
    retryable,
    ...(retryable && retryAfter !== undefined && { retryAfter }),
  });
}

/** What is usually the matter. */
function hintOf(status: number, at: string): string {
  if (status >= 300 && status < 400) return '; redirects are not followed';
  return status === 404 && !at.endsWith(METRICS_PATH)
    ? `; the path ${METRICS_PATH} seems to be missing at the end of the URL`
    : '';
}

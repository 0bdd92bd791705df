import { type Fields, fieldsOf, hasContent, itemsOf, text } from './fields.js';

/** Longer codes are texts, which do not belong in a label. */
const LONGEST_CODE = 64;

/** The error that a provider reports in an answer. Its name is the provider's code, e.g. `429` or `overloaded_error`. */
export class ReportedError extends Error {
  constructor(code: string | undefined) {
    super('The provider reported an error in its answer');
    this.name = code ?? 'ReportedError';
  }
}

/** An answer that does not belong to the API, e.g. the HTML page of a gateway. */
export class UnreadableAnswerError extends Error {
  constructor() {
    super('The answer does not belong to the API');
    this.name = 'UnreadableAnswerError';
  }
}

/** The error that an answer, or a chunk of one, contains in the place of or beside its output. */
export function reportedError(answer: Fields): ReportedError | undefined {
  const { error, object } = answer;
  if (hasContent(error)) return errorOf(error, answer);
  if (object === 'error') return errorOf(answer);
  const failed = itemsOf(answer['choices']).find((one) =>
    hasContent(one['error']),
  );
  return failed && errorOf(failed['error']);
}

/**
 * @param error an object with a code, a type or a status, or a text.
 * @param around may have the code of an error that is a text.
 */
export function errorOf(error: unknown, around: Fields = {}): ReportedError {
  const { code, type, status } = fieldsOf(error);
  const codes = typeof error === 'string' ? [around['code']] : [];
  return new ReportedError(
    [...codes, code, type, status].map(codeText).find(Boolean),
  );
}

function codeText(code: unknown): string | undefined {
  const told = Number.isFinite(code) ? String(code) : text(code);
  return told !== undefined && told.length <= LONGEST_CODE ? told : undefined;
}

import {
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
  itemsOf,
  text,
} from './fields.js';

/** Longer codes are texts, which do not belong in a label. */
const LONGEST_CODE = 64;

const UNNAMED = 'ReportedError';

/** The error that a provider reports in an answer. Its name is the provider's code, e.g. `429` or `overloaded_error`. */
export class ReportedError extends Error {
  constructor(code: string | undefined) {
    super('The provider reported an error in its answer');
    this.name = code ?? UNNAMED;
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
  for (const choice of itemsOf(answer['choices'])) {
    if (hasContent(choice['error'])) return errorOf(choice['error']);
  }
  return undefined;
}

/**
 * @param error an object with a code, a type or a status, or with another error; or a text.
 * @param around may have the code of an error that is a text.
 */
export function errorOf(error: unknown, around: Fields = {}): ReportedError {
  const { code, type, status, error: inner } = fieldsOf(error);
  if (isFields(inner)) return errorOf(inner);
  const codes = typeof error === 'string' ? [around['code']] : [];
  return new ReportedError(
    [...codes, code, type, status].map(codeText).find(Boolean),
  );
}

/** The error that the provider reports in a stream, if an SDK has thrown one of its own for it: the provider's code says more than the class. */
export function thrownReport(thrown: unknown): ReportedError | undefined {
  const { error, status } = fieldsOf(thrown);
  // An error of HTTP is named by its class.
  if (!isFields(error) || status !== undefined) return undefined;
  const reported = errorOf(error);
  return reported.name === UNNAMED ? undefined : reported;
}

function codeText(code: unknown): string | undefined {
  const told = Number.isFinite(code) ? String(code) : text(code);
  return told !== undefined && told.length <= LONGEST_CODE ? told : undefined;
}

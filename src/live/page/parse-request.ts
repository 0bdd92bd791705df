import { isView, VIEWS } from '../views/views.js';
import type { AnswerRequest } from './answer-maker.js';

/** Why a request is not answered. */
interface BadRequest {
  readonly status: 400 | 404;
  readonly error: string;
}

const PARAMETERS = ['minutes', 'name', 'filter'];

/** Minutes that are shown if a request names none. */
const MINUTES = 30;

/** Characters of a name or a filter: label values are no longer than that. */
const MAX_TEXT = 4_096;

/**
 * Reads a request of the API: the view, and the query of the URL.
 *
 * @param history minutes that there are at most.
 */
export function parseRequest(
  view: string,
  url: string,
  history: number,
): AnswerRequest | BadRequest {
  if (!isView(view)) {
    const views = Object.keys(VIEWS).join(', ');
    return { status: 404, error: `There is no such view; there are: ${views}` };
  }
  const [, search = ''] = url.split(/\?(.*)/s, 2);
  const query = new URLSearchParams(search);
  const problem = problemOf(query, history);
  if (problem !== undefined) return { status: 400, error: problem };
  const text = (parameter: string) => query.get(parameter) ?? '';
  const minutes = Number(query.get('minutes') ?? Math.min(MINUTES, history));
  const parameters = { name: text('name'), filter: text('filter') };
  return { view, minutes, parameters };
}

function problemOf(
  query: URLSearchParams,
  history: number,
): string | undefined {
  for (const parameter of new Set(query.keys())) {
    if (!PARAMETERS.includes(parameter)) {
      return `There is no such parameter; there are: ${PARAMETERS.join(', ')}`;
    }
    const [value = '', ...more] = query.getAll(parameter);
    if (more.length > 0) return `"${parameter}" is given more than once`;
    if (value.length > MAX_TEXT) {
      return `"${parameter}" is too long; expected ${MAX_TEXT} characters at most`;
    }
  }
  const minutes = query.get('minutes');
  const isValid =
    minutes === null ||
    (/^\d{1,4}$/.test(minutes) &&
      Number(minutes) >= 1 &&
      Number(minutes) <= history);
  return isValid
    ? undefined
    : `"minutes" is no number of minutes; expected an integer from 1 to ${history}`;
}

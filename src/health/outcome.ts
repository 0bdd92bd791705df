import { shown } from '../core/errors.js';
import { isObject } from '../core/validate.js';
import { errorText, maskCredentials } from '../core/error-text.js';

/** What came of a health check. */
export interface Outcome {
  readonly isUp: boolean;
  /** Why it is down. */
  readonly error?: string;
  /** What the check said beside its status. */
  readonly details?: Record<string, unknown> | undefined;
}

/** The draft "Health Check Response Format for HTTP APIs", section 3.1, has these words for what does not work. */
const DOWN: readonly unknown[] = [false, 'down', 'error', 'fail'];

/** Statuses that say no more than whether a check is up. */
const SAID_BY_UP: readonly unknown[] = [undefined, true, false, 'up', 'down'];

/** The states of an indicator of `@nestjs/terminus`. */
const INDICATOR_STATES: readonly unknown[] = ['up', 'down', 'degraded'];

/** What the result of a check says. */
export function outcomeOf(result: unknown): Outcome {
  if (result === undefined || result === true) return { isUp: true };
  if (result === false) return { isUp: false, error: 'it returned false' };
  if (result instanceof Error) return failure(result);
  if (!isObject(result)) {
    return {
      isUp: false,
      error: `it returned ${shown(result)}; expected nothing, true, false or an object`,
    };
  }
  return isIndicatorResult(result)
    ? outcomeOfIndicators(result)
    : outcomeOfObject(result);
}

/** What an error says that a check threw. Terminus' `HealthCheckError` has the result of the indicator as `causes`. */
export function failure(thrown: unknown): Outcome {
  const error = errorText(thrown);
  try {
    const { causes } = thrown as { causes?: unknown };
    if (isObject(causes)) {
      return { isUp: false, error, details: outcomeOf(causes).details };
    }
  } catch {
    // It is not one of terminus' then.
  }
  return { isUp: false, error };
}

/** Whether it has the form `{ database: { status: 'up' } }`. */
function isIndicatorResult(
  result: Record<string, unknown>,
): result is Record<string, Record<string, unknown>> {
  const parts = Object.values(result);
  return (
    parts.length > 0 &&
    parts.every(
      (part) => isObject(part) && INDICATOR_STATES.includes(part['status']),
    )
  );
}

/** Nearly always there is one, and its key says no more than the name of the check. */
function outcomeOfIndicators(
  indicators: Record<string, Record<string, unknown>>,
): Outcome {
  const parts = Object.entries(indicators);
  if (parts.length === 1) return outcomeOfObject(parts[0]![1]);
  const down = parts.filter(([, { status }]) => status === 'down');
  if (down.length === 0) return { isUp: true, details: indicators };
  const names = down.map(([name]) => name).join(', ');
  return { isUp: false, error: `down: ${names}`, details: indicators };
}

function outcomeOfObject(result: Record<string, unknown>): Outcome {
  const { status, ...rest } = result;
  const said = SAID_BY_UP.includes(status) ? rest : { status, ...rest };
  const details = Object.keys(said).length === 0 ? undefined : said;
  if (!DOWN.includes(status) && !isFailedResponse(result)) {
    return { isUp: true, details };
  }
  const { message } = result;
  const error =
    typeof message === 'string' && message !== ''
      ? maskCredentials(message)
      : `it returned the status ${shown(result['status'])}`;
  return { isUp: false, error, details };
}

/** That of a `fetch()` whose status nobody looked at. */
function isFailedResponse(result: Record<string, unknown>): boolean {
  return result instanceof Response && !result.ok;
}

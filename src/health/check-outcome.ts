import { shown } from '../core/errors.js';
import { isObject } from '../core/validate.js';
import { errorText, maskCredentials } from '../core/error-text.js';

/** The outcome of one run of a health check. */
export interface CheckOutcome {
  readonly isUp: boolean;
  /** Why the check is down. */
  readonly error?: string;
  /** What the check returned except its status. */
  readonly details?: Record<string, unknown> | undefined;
}

/** Statuses of a check that is down, among them those of the draft "Health Check Response Format for HTTP APIs", section 3.1. */
const DOWN: readonly unknown[] = [false, 'down', 'error', 'fail'];

/** Statuses that need not be shown, as `isUp` says the same. */
const REDUNDANT: readonly unknown[] = [undefined, true, false, 'up', 'down'];

/** The statuses of an indicator of `@nestjs/terminus`. */
const INDICATOR_STATES: readonly unknown[] = ['up', 'down', 'degraded'];

/** The outcome that the result of a check stands for. */
export function interpretResult(result: unknown): CheckOutcome {
  if (result === undefined || result === true) return { isUp: true };
  if (result === false) return { isUp: false, error: 'it returned false' };
  if (result instanceof Error) return failedOutcome(result);
  if (!isObject(result)) {
    return {
      isUp: false,
      error: `it returned ${shown(result)}; expected nothing, true, false or an object`,
    };
  }
  return isIndicatorResult(result)
    ? interpretIndicators(result)
    : interpretObject(result);
}

/** The outcome of a check that threw. Terminus' `HealthCheckError` has the indicator's result in `causes`. */
export function failedOutcome(thrown: unknown): CheckOutcome {
  const error = errorText(thrown);
  try {
    const { causes } = thrown as { causes?: unknown };
    if (isObject(causes)) {
      return { isUp: false, error, details: interpretResult(causes).details };
    }
  } catch {
    // An error whose `causes` cannot be read is not from terminus.
  }
  return { isUp: false, error };
}

/** Whether a result has the form `{ database: { status: 'up' } }`, as those of terminus' indicators. */
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

/** A single indicator, the usual case, is shown without its key, which repeats the name of the check. */
function interpretIndicators(
  indicators: Record<string, Record<string, unknown>>,
): CheckOutcome {
  const parts = Object.entries(indicators);
  if (parts.length === 1) return interpretObject(parts[0]![1]);
  const down = parts.filter(([, { status }]) => status === 'down');
  if (down.length === 0) return { isUp: true, details: indicators };
  const names = down.map(([name]) => name).join(', ');
  return { isUp: false, error: `down: ${names}`, details: indicators };
}

function interpretObject(result: Record<string, unknown>): CheckOutcome {
  const { status, ...rest } = result;
  const shownPart = REDUNDANT.includes(status) ? rest : { status, ...rest };
  const details = Object.keys(shownPart).length === 0 ? undefined : shownPart;
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

/** Whether a check returned the response of a `fetch()` that failed. */
function isFailedResponse(result: Record<string, unknown>): boolean {
  return result instanceof Response && !result.ok;
}

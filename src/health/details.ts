import { maskCredentials } from '../core/error-text.js';

/** The longest JSON that a check may add to the health. */
const MAX_LENGTH = 4_096;

/** A copy of what a check returned, as JSON has it and without credentials in URLs. Never throws. */
export function jsonOf(details: unknown): unknown {
  try {
    const text = JSON.stringify(details, (_key, value: unknown) =>
      typeof value === 'string' ? maskCredentials(value) : value,
    );
    return text.length <= MAX_LENGTH
      ? JSON.parse(text)
      : `${text.length} characters of JSON; ${MAX_LENGTH} are shown at most`;
  } catch {
    return 'cannot be shown as JSON';
  }
}

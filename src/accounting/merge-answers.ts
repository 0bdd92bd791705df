import type { InferenceAnswer } from './answer.js';
import { isFields } from './fields.js';

/**
 * Merges what two parts of an answer say about an inference, field by field. Reports of usage are
 * cumulative: the later one counts, and nothing is added up. What is missing or empty erases nothing,
 * nor does a 0 after another number.
 *
 * @param before what the earlier parts say.
 * @param now what the later part says.
 */
// Why: docs/decisions/accounting.md, "What chunks say is merged field by field".
export function mergeAnswers(
  before: InferenceAnswer,
  now: InferenceAnswer,
): InferenceAnswer {
  const merged = mergeFields(before, now);
  const error = before.error ?? now.error;
  return error === merged.error ? merged : { ...merged, error };
}

/** Merges two objects field by field, as {@link mergeAnswers} does. */
export function mergeFields<T extends object>(before: T, now: T): T {
  const merged = { ...before } as Record<string, unknown>;
  for (const [field, value] of Object.entries(now)) {
    merged[field] = mergedValue(merged[field], value);
  }
  return merged as T;
}

function mergedValue(before: unknown, now: unknown): unknown {
  if (isMissing(now) || isLaterZero(before, now)) return before;
  return isFields(before) && isFields(now) ? mergeFields(before, now) : now;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isLaterZero(before: unknown, now: unknown): boolean {
  return isAmount(now) && Number(now) === 0 && Number(before) > 0;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string';
}

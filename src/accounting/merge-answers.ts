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
  // All fields have a key: objects of one shape are much faster than copies with other keys.
  return {
    responseModel: now.responseModel || before.responseModel,
    usage: mergedPart(before.usage, now.usage),
    estimatedUsage: mergedPart(before.estimatedUsage, now.estimatedUsage),
    isPartial: now.isPartial ?? before.isPartial,
    billedTokens: mergedPart(before.billedTokens, now.billedTokens),
    hostedCalls: mergedPart(before.hostedCalls, now.hostedCalls),
    reportedCost: mergedPart(before.reportedCost, now.reportedCost),
    serviceTier: now.serviceTier || before.serviceTier,
    inferenceGeo: now.inferenceGeo || before.inferenceGeo,
    finishReason: now.finishReason || before.finishReason,
    finishKind: now.finishKind ?? before.finishKind,
    oddFields: mergedPart(before.oddFields, now.oddFields),
    error: before.error ?? now.error,
  };
}

/** Merges two objects field by field, as {@link mergeAnswers} does. Returns the earlier one if the later one says nothing new. */
export function mergeFields<T extends object>(before: T, now: T): T {
  let merged = before;
  for (const field of Object.keys(now) as (keyof T)[]) {
    const value = mergedValue(before[field], now[field]) as T[keyof T];
    if (value === before[field]) continue;
    if (merged === before) merged = { ...before };
    merged[field] = value;
  }
  return merged;
}

function mergedPart<T extends object>(
  before: T | undefined,
  now: T | undefined,
): T | undefined {
  if (before === undefined || before === now) return now ?? before;
  return mergedValue(before, now) as T;
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

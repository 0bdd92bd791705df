import type { InferenceAnswer } from './answer.js';
import { sum } from './fields.js';
import type { EstimatedTokens, TokenUsage } from './usage.js';

/** An answer, and whether some of its tokens are estimated. */
export interface Estimated<A> {
  readonly answer: A;
  readonly isEstimated: boolean;
}

/** The tokens of the prompt and of the answer, as far as they are known. */
export function totalsOf({
  usage = {},
  billedTokens = {},
}: InferenceAnswer): Pick<TokenUsage, 'inputTokens' | 'outputTokens'> {
  return {
    inputTokens: usage.inputTokens ?? billedTokens.inputTokens,
    outputTokens: usage.outputTokens ?? billedTokens.outputTokens,
  };
}

/** Whether the tokens of the prompt, of the answer, or both are known. */
export function hasTotals(answer: InferenceAnswer): boolean {
  const { inputTokens, outputTokens } = totalsOf(answer);
  return (inputTokens ?? outputTokens) !== undefined;
}

/** Puts estimated totals where the provider reports none: what it reports stays as it is. */
// Why: docs/decisions/accounting.md, "Estimates need a tokenizer, and are marked".
export function withEstimates<A extends InferenceAnswer>(
  answer: A,
): Estimated<A> {
  const { usage, estimatedUsage } = answer;
  if (estimatedUsage === undefined) return { answer, isEstimated: false };
  const missing = missingTotals(answer, estimatedUsage);
  const isEstimated = hasTotals({ usage: missing });
  if (!isEstimated) return { answer, isEstimated };
  return {
    answer: { ...answer, usage: { ...usage, ...missing } },
    isEstimated,
  };
}

/** Estimates of the totals that are not reported. A total is never less than the parts of it that are. */
function missingTotals(
  answer: InferenceAnswer,
  estimated: EstimatedTokens,
): EstimatedTokens {
  const { usage = {} } = answer;
  const { inputTokens, outputTokens } = totalsOf(answer);
  const cached = sum(
    usage.cachedInputTokens,
    usage.cacheWriteTokens,
    usage.cacheWriteHourTokens,
  );
  return {
    ...(inputTokens === undefined && {
      inputTokens: atLeast(cached, estimated.inputTokens),
    }),
    ...(outputTokens === undefined && {
      outputTokens: atLeast(usage.reasoningTokens, estimated.outputTokens),
    }),
  };
}

function atLeast(part = 0, total: number | undefined): number | undefined {
  return total === undefined ? undefined : Math.max(part, total);
}

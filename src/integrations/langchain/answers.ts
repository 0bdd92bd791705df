import type { InferenceAnswer } from '../../accounting/answer.js';
import type { TokenUsage } from '../../accounting/usage.js';
import { isName } from './serialized.js';

/** The parts of LangChain's messages that are read here. Some providers leave them out. */
interface Message {
  readonly usage_metadata?: UsageMetadata;
  readonly response_metadata?: Readonly<Record<string, unknown>>;
}

interface UsageMetadata {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly input_token_details?: { readonly cache_read?: unknown };
  readonly output_token_details?: { readonly reasoning?: unknown };
}

interface TokenCounts {
  readonly promptTokens?: unknown;
  readonly completionTokens?: unknown;
}

/** A model's answer, or a chunk of one. */
export interface Generation {
  readonly text?: string;
  readonly message?: Message;
}

/** The answers to one prompt. */
export interface Generations {
  readonly generations?: readonly (readonly (Generation | undefined)[])[];
  readonly llmOutput?: Readonly<Record<string, unknown>>;
}

/** Reads the model and the tokens as the provider reported them. Estimates are ignored. */
export function answerOf({
  generations = [],
  llmOutput = {},
}: Generations): InferenceAnswer {
  // If one prompt has several answers, each answer reports the tokens of all.
  const all = generations.flat();
  const told = all.find((one) => one?.message?.usage_metadata)?.message;
  const counts = llmOutput['tokenUsage'] as TokenCounts | undefined;
  return {
    responseModel: modelOf(all[0]) ?? named(llmOutput['model_name']),
    usage: told?.usage_metadata
      ? usageOf(told.usage_metadata)
      : counts && usageOfCounts(counts),
  };
}

/** The model that the message names. */
export function modelOf(generation: Generation | undefined) {
  const { model_name, model } = generation?.message?.response_metadata ?? {};
  return named(model_name) ?? named(model);
}

function usageOf(usage: UsageMetadata): TokenUsage {
  return {
    inputTokens: amount(usage.input_tokens),
    outputTokens: amount(usage.output_tokens),
    cachedInputTokens: amount(usage.input_token_details?.cache_read),
    reasoningTokens: amount(usage.output_token_details?.reasoning),
  };
}

function usageOfCounts(counts: TokenCounts): TokenUsage {
  return {
    inputTokens: amount(counts.promptTokens),
    outputTokens: amount(counts.completionTokens),
  };
}

function amount(value: unknown): number | undefined {
  return Number.isFinite(value) && (value as number) >= 0
    ? (value as number)
    : undefined;
}

function named(value: unknown): string | undefined {
  return isName(value) ? value : undefined;
}

/** Kinds of content that providers count tokens by. */
export type Modality =
  'text' | 'image' | 'audio' | 'video' | 'document' | 'citation';

/** Tokens by kind of content. They are parts of a total, and need not add up to it. */
export type TokensByModality = {
  readonly [M in Modality]?: number | undefined;
};

/**
 * The tokens of an inference, in one inclusive model: the parts never add to the totals. Leave
 * out what is unknown; 0 says that there were none.
 */
export interface TokenUsage {
  /** All tokens of the prompt: those that were read from a cache or written to one, and the results of hosted tools, included. */
  readonly inputTokens?: number | undefined;
  /** All tokens that were generated, those of reasoning included. */
  readonly outputTokens?: number | undefined;
  /** Those of `inputTokens` that were read from a cache. */
  readonly cachedInputTokens?: number | undefined;
  /** Those of `inputTokens` that were written to a cache for five minutes, or for a time that is not reported. */
  readonly cacheWriteTokens?: number | undefined;
  /** Those of `inputTokens` that were written to a cache for an hour. */
  readonly cacheWriteHourTokens?: number | undefined;
  /** Those of `outputTokens` that were spent on reasoning. */
  readonly reasoningTokens?: number | undefined;
  /** Those of `inputTokens`, by kind of content. */
  readonly inputByModality?: TokensByModality | undefined;
  /** Those of `cachedInputTokens`, by kind of content. */
  readonly cachedInputByModality?: TokensByModality | undefined;
  /** Those of `outputTokens`, by kind of content. */
  readonly outputByModality?: TokensByModality | undefined;
}

/** Whether both totals are known, so that the tokens are no lower bound. */
export function isWhole({ inputTokens, outputTokens }: TokenUsage): boolean {
  return inputTokens !== undefined && outputTokens !== undefined;
}

/** Tokens that a provider bills where it tells other ones than those of the request, as Cohere does. */
export interface BilledTokens {
  /** The tokens of the prompt that are billed. */
  readonly inputTokens?: number | undefined;
  /** The generated tokens that are billed. */
  readonly outputTokens?: number | undefined;
}

/** Tokens that were counted in the texts of an inference, and not reported by its provider. */
export interface EstimatedTokens {
  /** The tokens of the prompt. */
  readonly inputTokens?: number | undefined;
  /** The generated tokens. */
  readonly outputTokens?: number | undefined;
}

/** An amount of money. */
export interface Money {
  /** A decimal number of 0 or more; as text, where each digit counts. */
  readonly amount: string | number;
  /** The code of its currency, e.g. `'USD'`. */
  readonly currency: string;
}

import { readFileSync } from 'node:fs';
import type { InferenceAnswer } from '../../../src/accounting/answer.js';
import type {
  ModelPrice,
  TokenRates,
} from '../../../src/instrumentation/gen-ai/index.js';

type Rates = Readonly<Record<string, string>>;

/** What a provider answers, and what must come of it. */
export interface AnswerCase {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly model: string;
  readonly mode: 'json' | 'stream';
  /** The answer; of a stream its chunks, with raw comments and the raw end. */
  readonly answer: any;
  readonly finish_reason: string | null;
  /** How it ended, if it is not complete. */
  readonly ended?: 'aborted' | 'error';
  readonly error_expected?: string;
  readonly http?: { readonly status: number; readonly content_type: string };
  readonly response_model: string | null;
  readonly usage_expected: UsageOfCase | null;
  readonly prices_per_million: PricesOfCase;
  readonly service_tier?: string;
  readonly at?: string;
  readonly partial?: boolean;
  readonly cost_basis: 'prices' | 'reported' | 'none';
  readonly cost_expected: string | null;
  readonly cost_reported?: string;
  readonly cost_from_prices?: string;
}

interface UsageOfCase {
  readonly input: number | null;
  readonly cached_read: number | null;
  readonly cache_write_5m: number | null;
  readonly cache_write_1h: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
  readonly billed?: { readonly input?: number; readonly output?: number };
  readonly calls?: Readonly<Record<string, number>>;
  readonly by_modality?: {
    readonly input?: Readonly<Record<string, number>>;
    readonly cached?: Readonly<Record<string, number>>;
    readonly output?: Readonly<Record<string, number>>;
  };
}

interface PricesOfCase {
  readonly tiers?: readonly Record<string, unknown>[];
  readonly service_tier?: Readonly<Record<string, Rates>>;
  readonly per_call?: Rates;
  readonly [rate: string]: unknown;
}

/** All cases, one a line. */
export const ANSWER_CASES: readonly AnswerCase[] = readFileSync(
  new URL('answers.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as AnswerCase);

/** What a reader of the case's payload is expected to say. */
export function answerOf(one: AnswerCase): InferenceAnswer {
  const usage = one.usage_expected;
  return {
    responseModel: one.response_model ?? undefined,
    serviceTier: one.service_tier,
    isPartial: one.partial,
    reportedCost:
      one.cost_reported === undefined
        ? undefined
        : // With the user's own key, the reported cost is that of both providers.
          { amount: one.cost_expected!, currency: 'USD' },
    hostedCalls: usage?.calls,
    billedTokens: usage?.billed && {
      inputTokens: usage.billed.input,
      outputTokens: usage.billed.output,
    },
    usage: usage
      ? {
          inputTokens: usage.input ?? undefined,
          cachedInputTokens: usage.cached_read ?? undefined,
          cacheWriteTokens: usage.cache_write_5m ?? undefined,
          cacheWriteHourTokens: usage.cache_write_1h ?? undefined,
          outputTokens: usage.output ?? undefined,
          reasoningTokens: usage.reasoning ?? undefined,
          inputByModality: usage.by_modality?.input,
          cachedInputByModality: usage.by_modality?.cached,
          outputByModality: usage.by_modality?.output,
        }
      : undefined,
  };
}

const NAMES: Readonly<Record<string, string>> = {
  cached: 'cachedInput',
  cache_write_5m: 'cacheWrite',
  cache_write_1h: 'cacheWriteHour',
  input_audio: 'inputAudio',
  input_image: 'inputImage',
  cached_audio: 'cachedInputAudio',
  output_image: 'outputImage',
  output_audio: 'outputAudio',
  output_citation: 'outputCitation',
};

function renamed(rates: Readonly<Record<string, unknown>>): TokenRates {
  return Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [NAMES[name] ?? name, rate]),
  );
}

/** The prices of a case, as an entry of a price table. */
export function priceOf(one: AnswerCase): ModelPrice {
  const { tiers, service_tier, per_call, ...rates } = one.prices_per_million;
  return {
    model: one.model,
    ...renamed(rates),
    perCall: per_call,
    tiers: tiers?.map((tier) => renamed(tier) as never),
    serviceTiers:
      service_tier &&
      Object.fromEntries(
        Object.entries(service_tier).map(([name, tier]) => [
          name,
          renamed(tier),
        ]),
      ),
  };
}

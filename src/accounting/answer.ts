import type { FinishKind } from './finish-kind.js';
import type { OddFields } from './odd-fields.js';
import type {
  BilledTokens,
  EstimatedTokens,
  Money,
  TokenUsage,
} from './usage.js';

/** What the answer says about an inference. Leave out what is unknown. */
export interface InferenceAnswer {
  /** The model that answered. */
  readonly responseModel?: string | undefined;
  /** The tokens of the inference. Default: none are counted. */
  readonly usage?: TokenUsage | undefined;
  /** Tokens that the app counted itself, e.g. with a tokenizer. They count where the provider reports none, and are marked as estimated. */
  readonly estimatedUsage?: EstimatedTokens | undefined;
  /** Whether the usage is a lower bound, e.g. that of a stream that was aborted. Default: `false`. */
  readonly isPartial?: boolean | undefined;
  /** The tokens that are billed. Default: those of `usage`. */
  readonly billedTokens?: BilledTokens | undefined;
  /** How often tools that the provider runs were called, by name, e.g. `{ web_search: 2 }`. */
  readonly hostedCalls?: Readonly<Record<string, number>> | undefined;
  /** What the provider says that the inference costs. It wins over a cost that is computed from prices. */
  readonly reportedCost?: Money | undefined;
  /** The tier that served the request, e.g. `'flex'`, `'priority'` or `'batch'`. */
  readonly serviceTier?: string | undefined;
  /** Where the model ran, if the price depends on it, e.g. `'us'`. */
  readonly inferenceGeo?: string | undefined;
  /** Why the answer ended, as the provider tells it, e.g. `'stop'` or `'max_tokens'`. */
  readonly finishReason?: string | undefined;
  /** The kind of end where the reason does not say it, e.g. a refusal that the provider reports as `'stop'`. Default: that of `finishReason`. */
  readonly finishKind?: FinishKind | undefined;
  /** Counts and costs of the provider's usage that are no such numbers, by name, e.g. `{ prompt_tokens: 10.5 }`. They are left out, and counted as errors. */
  readonly oddFields?: OddFields | undefined;
  /** The error, if it failed. */
  readonly error?: unknown;
}

/** What one chunk says about an inference. */
export interface ChunkAnswer extends InferenceAnswer {
  /** `false` for a chunk without any output, e.g. an event that the work has begun. Default: `true`. */
  readonly isOutput?: boolean | undefined;
}

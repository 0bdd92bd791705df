import { isCost } from '../../accounting/odd-fields.js';
import type {
  BilledTokens,
  Money,
  TokenUsage,
} from '../../accounting/usage.js';
import { MetricValueError, shown } from '../../core/errors.js';
import { AMOUNT, integer, oneOf, TEXT } from '../../core/validate.js';
import {
  BILLED_TOKENS,
  MONEY,
  AMOUNTS,
  ANY,
  check,
  type Checked,
  COUNT,
  COUNTS,
  type Fields,
  FLAG,
  OBJECT,
  optional,
  validOf,
} from './field-checks.js';
import type { Inference, InferenceRequest } from './recordings.js';

const REQUEST: Fields<InferenceRequest> = {
  operation: optional(TEXT),
  provider: TEXT,
  model: TEXT,
  agent: optional(TEXT),
  serverAddress: optional(TEXT),
  serverPort: optional(integer(0, 65_535)),
};

const FINISH_KIND = oneOf(
  'stop',
  'length',
  'content_filter',
  'tool_calls',
  'refusal',
  'error',
  'other',
);

const INFERENCE: Fields<Inference> = {
  ...REQUEST,
  responseModel: optional(TEXT),
  usage: optional(OBJECT),
  estimatedUsage: optional(OBJECT),
  isPartial: optional(FLAG),
  billedTokens: optional(OBJECT),
  hostedCalls: optional(COUNTS),
  reportedCost: optional(OBJECT),
  serviceTier: optional(TEXT),
  inferenceGeo: optional(TEXT),
  finishReason: optional(TEXT),
  finishKind: optional(FINISH_KIND),
  oddFields: optional(OBJECT),
  seconds: AMOUNT,
  secondsToFirstChunk: optional(AMOUNT),
  secondsPerOutputChunk: optional(AMOUNTS),
  error: ANY,
};

const USAGE: Fields<TokenUsage> = {
  inputTokens: optional(COUNT),
  outputTokens: optional(COUNT),
  cachedInputTokens: optional(COUNT),
  cacheWriteTokens: optional(COUNT),
  cacheWriteHourTokens: optional(COUNT),
  reasoningTokens: optional(COUNT),
  inputByModality: optional(COUNTS),
  cachedInputByModality: optional(COUNTS),
  outputByModality: optional(COUNTS),
};

/** @throws {MetricValueError} naming the field that is not valid. */
export function checkInferenceRequest(request: InferenceRequest): void {
  check(request, REQUEST, 'inference');
}

/** @throws {MetricValueError} naming the first field that is not valid. */
export function checkInference(inference: Inference): void {
  check(inference, INFERENCE, 'inference');
  const [error] = validParts(inference).errors;
  if (error !== undefined) throw error;
}

/** Leaves out what cannot be recorded of an inference: all else of it still counts. */
// Why: docs/decisions/instrumentation.md, "An odd field of an answer is left out alone".
export function withoutOddFields(inference: Inference): Checked<Inference> {
  const { recording, errors } = validOf(inference, INFERENCE, 'inference');
  const parts = validParts(recording);
  const odd = oddFieldErrors(recording);
  return {
    recording: parts.recording,
    errors: [...errors, ...parts.errors, ...odd],
  };
}

/** An error for each field of the provider's that the reader of its answer has left out. */
export function oddFieldErrors({ oddFields }: Inference): MetricValueError[] {
  if (oddFields === undefined) return [];
  return Object.entries(oddFields).map(
    ([name, value]) =>
      new MetricValueError(
        `The provider's usage has ${shown(value)} as ${name}; expected ${isCost(name) ? MONEY.amount.expected : COUNT.expected}`,
      ),
  );
}

/** Checks the objects in an inference. */
function validParts(inference: Inference): Checked<Inference> {
  const usage = validUsage(inference.usage);
  const billed = validTotals(inference, 'billedTokens');
  const estimated = validTotals(inference, 'estimatedUsage');
  const cost = validCost(inference.reportedCost);
  const errors = [
    ...usage.errors,
    ...billed.errors,
    ...estimated.errors,
    ...cost.errors,
  ];
  if (errors.length === 0) return { recording: inference, errors };
  const recording = {
    ...inference,
    usage: inference.usage && usage.recording,
    billedTokens: billed.recording,
    estimatedUsage: estimated.recording,
    reportedCost: cost.recording,
  };
  return { recording, errors };
}

/** Tokens of the prompt and of the answer. */
function validTotals(
  inference: Inference,
  field: 'billedTokens' | 'estimatedUsage',
): Checked<BilledTokens | undefined> {
  const totals = inference[field];
  if (totals === undefined) return NOTHING;
  return validOf(totals, BILLED_TOKENS, `inference.${field}`);
}

const NOTHING: Checked<undefined> = { recording: undefined, errors: [] };

function validCost(cost: Money | undefined): Checked<Money | undefined> {
  if (cost === undefined) return NOTHING;
  const { errors } = validOf(cost, MONEY, 'inference.reportedCost');
  return { recording: errors.length === 0 ? cost : undefined, errors };
}

function validUsage(given: TokenUsage = {}): Checked<TokenUsage> {
  const { recording, errors } = validOf(given, USAGE, 'inference.usage');
  const cache = cacheError(recording);
  const reasoning = reasoningError(recording);
  return {
    recording: {
      ...recording,
      ...(cache && NO_CACHE),
      ...(reasoning && { reasoningTokens: undefined }),
    },
    errors: [...errors, cache, reasoning].filter((one) => one !== undefined),
  };
}

const NO_CACHE: TokenUsage = {
  cachedInputTokens: undefined,
  cacheWriteTokens: undefined,
  cacheWriteHourTokens: undefined,
};

/** Some providers tell the tokens of a cache beside the others: who passes them on must add them. */
function cacheError(usage: TokenUsage): MetricValueError | undefined {
  const { cachedInputTokens = 0, cacheWriteTokens = 0 } = usage;
  const { cacheWriteHourTokens = 0, inputTokens } = usage;
  const cached = cachedInputTokens + cacheWriteTokens + cacheWriteHourTokens;
  const of = 'read from or written to a cache';
  return partsError(cached, of, 'inputTokens', inputTokens);
}

/** As those of a cache, for the tokens of reasoning. */
function reasoningError(usage: TokenUsage): MetricValueError | undefined {
  const { reasoningTokens = 0, outputTokens } = usage;
  return partsError(
    reasoningTokens,
    'of reasoning',
    'outputTokens',
    outputTokens,
  );
}

function partsError(
  parts: number,
  of: string,
  field: keyof TokenUsage,
  total = Infinity,
): MetricValueError | undefined {
  if (parts <= total) return undefined;
  return new MetricValueError(
    `The inference.usage has ${parts} tokens ${of} and ${total} as ${field}; expected ${field} to include them`,
  );
}

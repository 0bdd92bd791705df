import { MetricValueError, shown } from '../../core/errors.js';
import { AMOUNT, Check, isObject, TEXT } from '../../core/validate.js';
import type {
  BilledTokens,
  Money,
  TokenUsage,
} from '../../accounting/usage.js';
import type {
  EndedAgentRun,
  EndedWorkflow,
  Inference,
  InferenceRequest,
  ToolCall,
} from './recordings.js';

/** The check of each field of a recording. */
type Fields<R> = { readonly [F in keyof R]-?: Check };

const COUNT = new Check(
  'a whole number of 0 or more',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);

const AMOUNTS = new Check(
  `an array of numbers, each ${AMOUNT.expected}`,
  (value) => Array.isArray(value) && value.every(AMOUNT.test),
);

const OBJECT = new Check('an object', isObject);

const FLAG = new Check('true or false', (value) => typeof value === 'boolean');

const COUNTS = new Check(
  `an object, in which each value is ${COUNT.expected}`,
  (value) =>
    isObject(value) &&
    Object.values(value).every((one) => one === undefined || COUNT.test(one)),
);

const ANY = new Check('anything', () => true);

const REQUEST: Fields<InferenceRequest> = {
  operation: optional(TEXT),
  provider: TEXT,
  model: TEXT,
  agent: optional(TEXT),
};

const INFERENCE: Fields<Inference> = {
  ...REQUEST,
  responseModel: optional(TEXT),
  usage: optional(OBJECT),
  isPartial: optional(FLAG),
  billedTokens: optional(OBJECT),
  hostedCalls: optional(COUNTS),
  reportedCost: optional(OBJECT),
  serviceTier: optional(TEXT),
  inferenceGeo: optional(TEXT),
  finishReason: optional(TEXT),
  finishKind: optional(TEXT),
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

const BILLED_TOKENS: Fields<BilledTokens> = {
  inputTokens: optional(COUNT),
  outputTokens: optional(COUNT),
};

const MONEY: Fields<Money> = {
  amount: new Check(
    'a decimal number of 0 or more, as a number or a text',
    (value) => /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(String(value)),
  ),
  currency: TEXT,
};

const TOOL_CALL: Fields<ToolCall> = {
  tool: TEXT,
  seconds: AMOUNT,
  agent: optional(TEXT),
  error: ANY,
};

const AGENT_RUN: Fields<EndedAgentRun> = {
  agent: TEXT,
  seconds: AMOUNT,
  inferenceCalls: optional(COUNT),
  toolCalls: optional(COUNT),
  error: ANY,
};

const WORKFLOW: Fields<EndedWorkflow> = {
  workflow: TEXT,
  seconds: AMOUNT,
  error: ANY,
};

/** All of these throw a {@link MetricValueError} that names the recording and its field. */

export function checkInferenceRequest(request: InferenceRequest): void {
  check(request, REQUEST, 'inference');
}

export function checkInference(inference: Inference): void {
  check(inference, INFERENCE, 'inference');
  const { usage = {}, billedTokens, reportedCost } = inference;
  check(usage, USAGE, 'inference.usage');
  checkParts(usage);
  check(billedTokens ?? {}, BILLED_TOKENS, 'inference.billedTokens');
  if (reportedCost !== undefined) {
    check(reportedCost, MONEY, 'inference.reportedCost');
  }
}

/** Some providers tell the tokens of a cache or of reasoning beside the others: who passes them on must add them. */
function checkParts(usage: TokenUsage): void {
  const {
    inputTokens = Infinity,
    cachedInputTokens = 0,
    cacheWriteTokens = 0,
    cacheWriteHourTokens = 0,
  } = usage;
  const { outputTokens = Infinity, reasoningTokens = 0 } = usage;
  const cached = cachedInputTokens + cacheWriteTokens + cacheWriteHourTokens;
  insistOnParts(
    cached,
    'read from or written to a cache',
    inputTokens,
    'inputTokens',
  );
  insistOnParts(reasoningTokens, 'of reasoning', outputTokens, 'outputTokens');
}

function insistOnParts(
  parts: number,
  what: string,
  total: number,
  field: keyof TokenUsage,
): void {
  if (parts <= total) return;
  throw new MetricValueError(
    `The inference.usage has ${parts} tokens ${what} and ${total} as ${field}; expected ${field} to include them`,
  );
}

export function checkToolCall(call: ToolCall): void {
  check(call, TOOL_CALL, 'tool call');
}

export function checkAgentRun(run: EndedAgentRun): void {
  check(run, AGENT_RUN, 'agent run');
}

export function checkWorkflow(ended: EndedWorkflow): void {
  check(ended, WORKFLOW, 'workflow');
}

function check<R extends object>(
  recording: R,
  fields: Fields<R>,
  what: string,
): void {
  if (!isObject(recording)) {
    throw new MetricValueError(
      `The ${what} is ${shown(recording)}; expected an object`,
    );
  }
  for (const field in fields) {
    const { test, expected } = fields[field];
    if (!test(recording[field])) {
      throw new MetricValueError(
        `The ${what} has ${shown(recording[field])} as ${field}; expected ${expected}`,
      );
    }
  }
}

function optional({ expected, test }: Check): Check {
  return new Check(
    `${expected}, or nothing`,
    (value) => value === undefined || test(value),
  );
}

import { MetricValueError, shown } from '../../core/errors.js';
import { AMOUNT, Check, isObject, TEXT } from '../../core/validate.js';
import type {
  EndedAgentRun,
  EndedWorkflow,
  Inference,
  InferenceRequest,
  TokenUsage,
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
  seconds: AMOUNT,
  secondsToFirstChunk: optional(AMOUNT),
  secondsPerOutputChunk: optional(AMOUNTS),
  error: ANY,
};

const USAGE: Fields<TokenUsage> = {
  inputTokens: optional(COUNT),
  outputTokens: optional(COUNT),
  cachedInputTokens: optional(COUNT),
  reasoningTokens: optional(COUNT),
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
  check(inference.usage ?? {}, USAGE, 'inference.usage');
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

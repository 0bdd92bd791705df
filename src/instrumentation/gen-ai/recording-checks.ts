import { MetricValueError } from '../../core/errors.js';
import { AMOUNT, Check, TEXT } from '../../core/validate.js';
import {
  ANY,
  BILLED_TOKENS,
  check,
  COUNT,
  type Fields,
  FLAG,
  MONEY,
  OBJECT,
  OBJECTS,
  optional,
} from './field-checks.js';
import type {
  EndedAgentRun,
  EndedWorkflow,
  Evaluation,
  Retry,
  ToolCall,
} from './recordings.js';

const NUMBER = new Check('a finite number', Number.isFinite);

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
  usage: optional(OBJECT),
  costs: optional(OBJECTS),
  isEstimated: optional(FLAG),
  error: ANY,
};

const RETRY: Fields<Retry> = {
  provider: TEXT,
  model: TEXT,
  agent: optional(TEXT),
  error: ANY,
};

const EVALUATION: Fields<Evaluation> = {
  name: TEXT,
  label: optional(TEXT),
  score: optional(NUMBER),
  agent: optional(TEXT),
};

const WORKFLOW: Fields<EndedWorkflow> = {
  workflow: TEXT,
  seconds: AMOUNT,
  error: ANY,
};

/** All of these throw a {@link MetricValueError} that names the recording and its field. */

export function checkToolCall(call: ToolCall): void {
  check(call, TOOL_CALL, 'tool call');
}

export function checkAgentRun(run: EndedAgentRun): void {
  check(run, AGENT_RUN, 'agent run');
  const { usage, costs = [] } = run;
  if (usage !== undefined) check(usage, BILLED_TOKENS, 'agent run.usage');
  for (const cost of costs) check(cost, MONEY, 'agent run.costs');
}

export function checkRetry(retry: Retry): void {
  check(retry, RETRY, 'retry');
}

export function checkEvaluation(evaluation: Evaluation): void {
  check(evaluation, EVALUATION, 'evaluation');
  if (evaluation.label !== undefined || evaluation.score !== undefined) return;
  throw new MetricValueError(
    `The evaluation has no label and no score; expected one of them, or both`,
  );
}

export function checkWorkflow(ended: EndedWorkflow): void {
  check(ended, WORKFLOW, 'workflow');
}

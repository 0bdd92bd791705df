import { AMOUNT, TEXT } from '../../core/validate.js';
import { ANY, check, COUNT, type Fields, optional } from './field-checks.js';
import type { EndedAgentRun, EndedWorkflow, ToolCall } from './recordings.js';

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

export function checkToolCall(call: ToolCall): void {
  check(call, TOOL_CALL, 'tool call');
}

export function checkAgentRun(run: EndedAgentRun): void {
  check(run, AGENT_RUN, 'agent run');
}

export function checkWorkflow(ended: EndedWorkflow): void {
  check(ended, WORKFLOW, 'workflow');
}

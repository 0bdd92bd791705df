import { expect, test } from 'vitest';
import { AgentMetrics } from '../../src/index.js';
import {
  type EndedAgentRun,
  type EndedWorkflow,
  type Inference,
  type InferenceAnswer,
  type InferenceRequest,
  type ToolCall,
} from '../../src/instrumentation/gen-ai/index.js';
import { makeCollector } from '../support/collector.js';

const inference = { provider: 'acme', model: 'acme-1', seconds: 1 } as const;

/** The compiler refuses each of them; `npm run typecheck` fails if it does not. */
const smuggled: object[] = [
  // @ts-expect-error an id of a conversation is no label
  { ...inference, conversationId: 'c-1' } satisfies Inference,
  // @ts-expect-error an id of a user is no label
  { ...inference, userId: 'u-1' } satisfies Inference,
  // @ts-expect-error a text of a user is no label
  { ...inference, prompt: 'secret' } satisfies Inference,
  // @ts-expect-error there are no labels of one's own
  { ...inference, labels: { user: 'u-1' } } satisfies Inference,
  // @ts-expect-error there are no attributes of one's own
  { ...inference, attributes: { user: 'u-1' } } satisfies Inference,
  {
    provider: 'acme',
    model: 'acme-1',
    // @ts-expect-error nor before the answer
    conversationId: 'c-1',
  } satisfies InferenceRequest,
  // @ts-expect-error nor in the answer
  { responseModel: 'acme-1', prompt: 'secret' } satisfies InferenceAnswer,
  // @ts-expect-error what a tool was asked for is no label
  { tool: 'search', seconds: 1, arguments: 'secret' } satisfies ToolCall,
  // @ts-expect-error tools neither
  { tool: 'search', seconds: 1, labels: {} } satisfies ToolCall,
  // @ts-expect-error runs neither
  { agent: 'Writer', seconds: 1, userId: 'u-1' } satisfies EndedAgentRun,
  // @ts-expect-error workflows neither
  { workflow: 'w', seconds: 1, attributes: {} } satisfies EndedWorkflow,
];

test('what the types do not allow is not recorded for those who do without types', async () => {
  const { collector } = makeCollector();
  const agents = new AgentMetrics(collector);
  for (const recording of smuggled) {
    agents.recordInference({ ...inference, ...recording });
    agents.recordTool({ tool: 't', seconds: 1, ...recording });
    agents.recordAgentRun({ agent: 'a', seconds: 1, ...recording });
    agents.recordWorkflow({ workflow: 'w', seconds: 1, ...recording });
    agents.startInference({ ...inference, ...recording }).end(recording);
  }
  const page = await collector.metrics();
  expect(page).toContain('gen_ai_execute_tool_duration_seconds_count');
  expect(page).not.toMatch(/conversation|user|prompt|secret|u-1|c-1/i);
});

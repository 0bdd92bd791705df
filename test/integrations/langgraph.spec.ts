import { HumanMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import {
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Chain } from '../../src/integrations/langchain/index.js';
import { counted } from '../support/gen-ai-samples.js';
import { core1 } from './support/langchain-core.js';
import { observe, play } from './support/observed.js';
import { type Answer, scriptedModel, sleep } from './support/scripted-model.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

const DURATION = 'gen_ai_invoke_agent_duration_seconds';
const INFERENCES = 'gen_ai_invoke_agent_inference_calls_sum';
const TOOL_CALLS = 'gen_ai_invoke_agent_tool_calls_sum';
const TOOL = 'gen_ai_execute_tool_duration_seconds';
const INPUT = 'gen_ai_client_inference_usage_input_tokens_total';

const CHAT =
  'gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="acme-1"';

const INPUT_MESSAGES = { messages: [new HumanMessage('Hi')] };

const schema = z.object({ query: z.string() });

const search = tool(
  async ({ query }) => {
    await sleep(50);
    return `found ${query}`;
  },
  { name: 'search', description: 'Searches.', schema },
);

const broken = tool(
  async () => {
    await sleep(30);
    throw new TypeError('no such index');
  },
  { name: 'broken', description: 'Fails.', schema },
);

const usage_10_1 = { input_tokens: 10, output_tokens: 1, total_tokens: 11 };

const call = (name: string, id: string) => ({ name, args: { query: 'x' }, id });

/** It calls two tools at once, and then answers. */
const ANSWERS: readonly Answer[] = [
  {
    milliseconds: 100,
    toolCalls: [call('search', '1'), call('broken', '2'), call('search', '3')],
    usage: usage_10_1,
  },
  { milliseconds: 200, text: 'Done', usage: usage_10_1 },
];

const researcher = (name?: string, answers = ANSWERS) =>
  createReactAgent({
    llm: scriptedModel(core1, answers),
    tools: [search, broken],
    ...(name !== undefined && { name }),
  });

/** A graph that does one thing after the other. */
const graphOf = (name: string | undefined, ...steps: any[]) => {
  const graph = new StateGraph(MessagesAnnotation) as any;
  steps.forEach((step, i) => {
    graph.addNode(`step ${i}`, step);
    graph.addEdge(i === 0 ? START : `step ${i - 1}`, `step ${i}`);
  });
  graph.addEdge(`step ${steps.length - 1}`, END);
  return graph.compile({ name });
};

const by = (agent: string) => `{gen_ai_agent_name="${agent}"}`;

describe('an agent of LangGraph', () => {
  test('an agent of LangGraph is a run with its inferences and tool calls', async () => {
    const { callbacks, totals, warnings } = observe();
    const agent = researcher('Researcher');
    const result = await play(() =>
      agent.invoke(INPUT_MESSAGES, { callbacks }),
    );

    expect(result.messages.at(-1)?.content).toBe('Done');
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count${by('Researcher')} 1`,
    ]);
    const [sum] = await totals(`${DURATION}_sum`);
    expect(Number(sum!.split(' ').at(-1))).toBeCloseTo(0.35, 1);
    expect(await totals(INFERENCES)).toEqual([
      `${INFERENCES}${by('Researcher')} 2`,
    ]);
    expect(await totals(TOOL_CALLS)).toEqual([
      `${TOOL_CALLS}${by('Researcher')} 3`,
    ]);
    const labels = (name: string) =>
      `gen_ai_agent_name="Researcher",gen_ai_tool_name="${name}"`;
    expect(await totals(TOOL)).toEqual([
      `${TOOL}_sum{error_type="TypeError",${labels('broken')}} 0.03`,
      `${TOOL}_count{error_type="TypeError",${labels('broken')}} 1`,
      `${TOOL}_sum{${labels('search')}} 0.1`,
      `${TOOL}_count{${labels('search')}} 2`,
    ]);
    expect(await totals(INPUT)).toEqual([
      `${INPUT}{${counted(CHAT, 'Researcher')}} 20`,
    ]);
    expect(warnings).toEqual([]);
  });

  test('an agent of LangGraph is the same run when it streams', async () => {
    const { callbacks, totals } = observe();
    const agent = researcher('Researcher');
    await play(async () => {
      const config = { callbacks, streamMode: 'messages' as const };
      for await (const _ of await agent.stream(INPUT_MESSAGES, config));
    });
    expect(await totals(INFERENCES)).toEqual([
      `${INFERENCES}${by('Researcher')} 2`,
    ]);
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count${by('Researcher')} 1`,
    ]);
  });

  test('an agent of LangGraph has a run of its own in a graph, as node and as tool', async () => {
    const { callbacks, totals } = observe();
    const expert = researcher('Expert');
    const ask = tool(
      async (_input, config) => {
        const { messages } = await expert.invoke(INPUT_MESSAGES, config);
        return messages.at(-1)!.text;
      },
      { name: 'ask_expert', description: 'Asks.', schema },
    );
    const model = scriptedModel(core1, [
      { toolCalls: [call('ask_expert', '4')], usage: usage_10_1 },
      { text: 'Done', usage: usage_10_1 },
    ]);
    const asker = createReactAgent({ llm: model, tools: [ask], name: 'Asker' });
    const unnamed = graphOf(
      undefined,
      RunnableLambda.from(() => search.invoke({ query: 'y' })).pipe(() => ({})),
    );
    const supervisor = graphOf(
      'Supervisor',
      researcher('Researcher'),
      asker,
      unnamed,
    );
    await play(() => supervisor.invoke(INPUT_MESSAGES, { callbacks }));

    expect(await totals(INFERENCES)).toEqual([
      `${INFERENCES}${by('Researcher')} 2`,
      `${INFERENCES}${by('Expert')} 2`,
      `${INFERENCES}${by('Asker')} 2`,
      `${INFERENCES}${by('Supervisor')} 0`,
    ]);
    expect(await totals(TOOL_CALLS)).toEqual([
      `${TOOL_CALLS}${by('Researcher')} 3`,
      `${TOOL_CALLS}${by('Expert')} 3`,
      `${TOOL_CALLS}${by('Asker')} 1`,
      `${TOOL_CALLS}${by('Supervisor')} 1`,
    ]);
  });

  test('an agent of LangGraph that fails is recorded with its error, which the caller gets', async () => {
    const { callbacks, totals } = observe();
    const error = new RangeError('overloaded');
    const model = scriptedModel(core1, [{ error }], { maxRetries: 0 });
    const agent = createReactAgent({ llm: model, tools: [], name: 'Writer' });
    const invoked = play(() => agent.invoke(INPUT_MESSAGES, { callbacks }));
    await expect(invoked).rejects.toThrow('overloaded');
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count{error_type="RangeError",gen_ai_agent_name="Writer"} 1`,
    ]);
  });

  test('an agent of LangGraph that waits for a human has not failed', async () => {
    const { callbacks, totals } = observe();
    const approve = tool(() => String(interrupt('May I?')), {
      name: 'approve',
      description: 'Asks a human.',
      schema,
    });
    const model = scriptedModel(core1, [
      { toolCalls: [call('approve', '5')] },
      { text: 'Done' },
    ]);
    const agent = createReactAgent({
      llm: model,
      tools: [approve],
      name: 'Careful',
    });
    const graph = graphOf('Office', agent);
    graph.checkpointer = new MemorySaver();
    const config = { callbacks, configurable: { thread_id: '1' } };
    await play(() => graph.invoke(INPUT_MESSAGES, config));
    await play(() => graph.invoke(new Command({ resume: 'yes' }), config));
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count${by('Careful')} 2`,
      `${DURATION}_count${by('Office')} 2`,
    ]);
    expect(await totals(`${TOOL}_count`)).toEqual([
      `${TOOL}_count{gen_ai_agent_name="Careful",gen_ai_tool_name="approve"} 2`,
    ]);
  });

  test('an agent of LangGraph that hands over to another one has not failed', async () => {
    const { callbacks, totals } = observe();
    const transfer = tool(
      () => new Command({ graph: Command.PARENT, goto: 'step 1' }),
      { name: 'transfer', description: 'Hands over.', schema },
    );
    const reception = createReactAgent({
      llm: scriptedModel(core1, [{ toolCalls: [call('transfer', '7')] }]),
      tools: [transfer],
      name: 'Reception',
    });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('step 0', reception, { ends: ['step 1'] })
      .addNode('step 1', researcher('Researcher'))
      .addEdge(START, 'step 0')
      .compile({ name: 'Office' });
    await play(() => graph.invoke(INPUT_MESSAGES, { callbacks }));
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count${by('Reception')} 1`,
      `${DURATION}_count${by('Researcher')} 1`,
      `${DURATION}_count${by('Office')} 1`,
    ]);
  });

  test('an agent of LangGraph has its name also from the metadata of an agent made by createAgent()', async () => {
    const { callbacks, totals } = observe();
    const metadata = { lc_agent_name: 'Helper' };
    await play(() =>
      graphOf(undefined, researcher()).invoke(INPUT_MESSAGES, {
        callbacks,
        metadata,
      }),
    );
    expect(await totals(INFERENCES)).toEqual([
      `${INFERENCES}${by('Helper')} 2`,
    ]);
  });

  test('an agent of LangGraph whose stream is left early is recorded as aborted', async () => {
    const { callbacks, totals } = observe();
    const agent = researcher('Researcher');
    await play(async () => {
      for await (const _ of await agent.stream(INPUT_MESSAGES, { callbacks })) {
        break;
      }
    });
    await play(() => sleep(500));
    expect(await totals(`${DURATION}_count`)).toEqual([
      expect.stringMatching(
        /_count\{error_type="\w*Error",gen_ai_agent_name="Researcher"\} 1$/,
      ),
    ]);
  });
});

describe('an agent run of the app', () => {
  test('an agent run counts the calls of a graph with no name or the same name', async () => {
    const { metrics, callbacks, totals } = observe();
    for (const name of ['Assistant', undefined]) {
      await play(() =>
        metrics.runAgent('Assistant', () =>
          researcher(name).invoke(INPUT_MESSAGES, { callbacks }),
        ),
      );
    }
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count${by('Assistant')} 2`,
    ]);
    expect(await totals(INFERENCES)).toEqual([
      `${INFERENCES}${by('Assistant')} 4`,
    ]);
  });

  test('an agent run of the app does not count the calls of graphs with other names', async () => {
    const { metrics, callbacks, totals } = observe();
    await play(() =>
      metrics.runAgent('Assistant', () =>
        researcher('Researcher').invoke(INPUT_MESSAGES, { callbacks }),
      ),
    );
    expect(await totals(INFERENCES)).toEqual([
      `${INFERENCES}${by('Researcher')} 2`,
      `${INFERENCES}${by('Assistant')} 0`,
    ]);
  });

  test('an agent run of the app that a tool of a graph begins counts the calls in it', async () => {
    const { metrics, callbacks, totals } = observe();
    const writer = scriptedModel(core1, [{ text: 'Text', usage: usage_10_1 }]);
    const write = tool(
      (_input, config) =>
        metrics.runAgent('Writer', async () => {
          const { text } = await writer.invoke('Write', config);
          return text;
        }),
      { name: 'search', description: 'Writes.', schema },
    );
    const agent = createReactAgent({
      llm: scriptedModel(core1, [
        { toolCalls: [call('search', '6')] },
        { text: 'Done' },
      ]),
      tools: [write],
      name: 'Editor',
    });
    await play(() => agent.invoke(INPUT_MESSAGES, { callbacks }));
    expect(await totals(INFERENCES)).toEqual([
      `${INFERENCES}${by('Writer')} 1`,
      `${INFERENCES}${by('Editor')} 2`,
    ]);
    expect(await totals(INPUT)).toEqual([
      `${INPUT}{${counted(CHAT, 'Writer')}} 10`,
    ]);
  });
});

describe('which chains are agents', () => {
  test('agentOf decides which chains are agents', async () => {
    const seen: Chain[] = [];
    const { callbacks, totals } = observe({
      agentOf: (chain) => {
        seen.push(chain);
        return chain.name === 'Pipeline' ? 'Reader' : undefined;
      },
    });
    const read = RunnableLambda.from(() => search.invoke({ query: 'x' }));
    await play(() =>
      read.withConfig({ runName: 'Pipeline' }).invoke('x', { callbacks }),
    );
    await play(() =>
      graphOf(
        'Graph',
        read.pipe(() => ({})),
      ).invoke(INPUT_MESSAGES, { callbacks }),
    );
    expect(await totals(TOOL_CALLS)).toEqual([
      `${TOOL_CALLS}${by('Reader')} 1`,
    ]);
    expect(seen).toContainEqual({
      name: 'Pipeline',
      isAgent: false,
      within: undefined,
    });
    expect(seen).toContainEqual({
      name: 'Graph',
      isAgent: true,
      within: undefined,
    });
  });

  test('a chain is no agent if agentOf throws', async () => {
    const { callbacks, totals, warnings } = observe({
      agentOf: () => {
        throw new Error('not now');
      },
    });
    const graph = researcher('Researcher');
    const { messages } = await play(() =>
      graph.invoke(INPUT_MESSAGES, { callbacks }),
    );
    expect(messages.at(-1)?.content).toBe('Done');
    expect(await totals(DURATION)).toEqual([]);
    expect(await totals(`${TOOL}_count`)).toHaveLength(2);
    expect(warnings).toEqual([expect.stringContaining('not now')]);
  });
});

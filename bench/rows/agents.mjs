import { runCell } from '../lib/cell.mjs';
import { newCollector, sumOf } from '../lib/ours.mjs';
import { interleave, pace } from '../lib/rounds.mjs';
import { failed, limit } from '../lib/rows.mjs';
import { differences } from '../lib/stats.mjs';

export const title = 'Agents, over the bare call';

export const cells = { bare, measured };

const PRICES = {
  currency: 'USD',
  models: [{ model: 'acme-*', input: 1, cachedInput: 0.5, output: 4 }],
};

const RUNS = 'gen_ai_invoke_agent_duration_seconds_count';

const REQUEST = { provider: 'acme', model: 'acme-1' };

const ANSWER = {
  responseModel: 'acme-1-0924',
  usage: { inputTokens: 420, cachedInputTokens: 100, outputTokens: 96 },
};

/** A function of its own for each contestant, so that none shares what V8 learns about another. */
function model() {
  return async (prompt) => prompt;
}

/** A process in which there never was a run: no promise pays for one. */
async function bare({ quick }) {
  return interleave({ call: calls(model()) }, pace(quick));
}

async function measured({ quick }) {
  const { AgentMetrics } = await import('nestjs-agent-metrics');
  const contestant = () => {
    const collector = newCollector();
    const agents = new AgentMetrics(collector, { prices: PRICES });
    const total = (name) => async () => sumOf(await collector.metrics(), name);
    return { agents, total };
  };
  const runs = contestant();
  const inferences = contestant();
  return interleave(
    {
      outside: calls(model()),
      inside: inRun(inferences.agents, calls(model())),
      run: {
        ...calls(asRun(runs.agents)),
        total: runs.total(RUNS),
      },
      inference: {
        ...inRun(
          inferences.agents,
          calls(asInference(inferences.agents, model())),
        ),
        total: inferences.total(
          'gen_ai_client_inference_duration_seconds_count',
        ),
      },
    },
    pace(quick),
  );
}

function calls(call) {
  return {
    run: async (n) => {
      for (let i = 0; i < n; i++) await call(i);
    },
  };
}

/** All of a round in one run. */
function inRun(agents, { run }) {
  return { run: (n) => agents.runAgent('Writer', () => run(n)) };
}

function asRun(agents) {
  return (prompt) => agents.runAgent('Writer', async () => prompt);
}

function asInference(agents, call) {
  return async (prompt) => {
    const inference = agents.startInference(REQUEST);
    const answer = await call(prompt);
    inference.end(ANSWER);
    return answer;
  };
}

const ROWS = [
  ['an inference with usage and price, in an agent run', 'inference', 5000],
  ['an agent run with nothing in it', 'run', 1000],
  ['a call in an agent run that records nothing', 'inside', 1000],
  ['a call outside of runs, in a process that has some', 'outside', 1000],
];

/** @param {boolean} quick */
export async function* rows(quick) {
  try {
    const cell = (name) => runCell(import.meta.url, name, { quick });
    const { call } = await cell('bare');
    const figures = await cell('measured');
    for (const [name, contestant, atMost] of ROWS) {
      const ours = differences(figures[contestant], call);
      yield limit({ name, unit: 'ns', ours, bound: call, atMost });
    }
  } catch (error) {
    yield failed(title, error);
  }
}

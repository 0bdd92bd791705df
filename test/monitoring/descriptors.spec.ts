import { expect, test } from 'vitest';
import { readOptions } from '../../src/cli/monitoring/monitoring.options.js';
import { Names } from '../../src/cli/monitoring/names.js';
import { AgentMetrics } from '../../src/index.js';
import { makeCollector } from '../support/collector.js';
import { pageFaults } from './page-faults.js';

const names = new Names('acme', 'api');
const VERSIONS = (['current', 'v1.41'] as const).map((conventions) => ({
  ...readOptions([], {}),
  names,
  conventions,
}));

const REQUEST = { provider: 'acme', model: 'acme-1' };
const USAGE = {
  inputTokens: 40,
  cachedInputTokens: 30,
  cacheWriteTokens: 5,
  outputTokens: 20,
  reasoningTokens: 10,
};
const INFERENCE = { ...REQUEST, seconds: 1, responseModel: 'acme-1-0924' };

/** All that `AgentMetrics` can record, in each form. */
function recordAll(agents: AgentMetrics): void {
  const timed = { secondsToFirstChunk: 0.5, secondsPerOutputChunk: [0.25] };
  const server = { serverAddress: 'api.acme.test', serverPort: 443 };
  agents.runAgent('Writer', () => {
    agents.recordInference({ ...INFERENCE, ...timed, ...server, usage: USAGE });
    agents.recordInference({ ...INFERENCE, estimatedUsage: USAGE });
    agents.recordInference({ ...INFERENCE, usage: USAGE, isPartial: true });
    agents.recordInference({ ...INFERENCE, error: new RangeError('no') });
    agents.recordInference(INFERENCE);
    agents.recordInference({
      ...INFERENCE,
      operation: 'embeddings',
      usage: USAGE,
    });
    agents.recordInference({ ...INFERENCE, operation: 'retrieval' });
    agents.recordTool({ tool: 'search', seconds: 1 });
    agents.recordTool({ tool: 'search', seconds: 1, error: new Error('no') });
    agents.recordRetry({ ...REQUEST, error: new RangeError('too many') });
    agents.recordEvaluation({ name: 'toxicity', label: 'no', score: 0.02 });
  });
  agents.recordWorkflow({ workflow: 'report', seconds: 1 });
}

test('all that agents record has the type, the help text and the labels of its descriptor', async () => {
  const { collector, warnings } = makeCollector({
    namespace: 'acme',
    subsystem: 'api',
  });
  const agents = new AgentMetrics(collector, {
    conventions: 'both',
    prices: {
      currency: 'EUR',
      models: [{ model: 'acme-*', input: 1, output: 2 }],
    },
  });
  recordAll(agents);
  const running = agents.startInference({ ...REQUEST, agent: 'Writer' });
  const page = await collector.metrics();
  running.end();
  expect(warnings).toEqual([]);
  expect(page.match(/^# TYPE /gm)!.length).toBeGreaterThan(35);
  expect(pageFaults(page, VERSIONS)).toEqual([]);
});

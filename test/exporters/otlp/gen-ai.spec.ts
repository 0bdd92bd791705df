import { expect, test } from 'vitest';
import {
  FORMER_GEN_AI_METRICS,
  GEN_AI_ATTRIBUTES,
  GEN_AI_METRICS,
  type GenAiMetric,
} from '../../../src/core/gen-ai-conventions.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import type { OtlpProtocol } from '../../../src/exporters/otlp/config/otlp.options.js';
import { AgentMetrics, type PrometheusCollector } from '../../../src/index.js';
import { makeCollector } from '../../support/collector.js';
import { startOtlpBackend } from '../../support/otlp-backend.js';

const USAGE = {
  inputTokens: 40,
  cachedInputTokens: 10,
  cacheWriteTokens: 5,
  outputTokens: 20,
  reasoningTokens: 3,
};

const INFERENCE = {
  provider: 'acme',
  model: 'acme-1',
  responseModel: 'acme-1-0924',
  seconds: 1,
  secondsToFirstChunk: 0.5,
  secondsPerOutputChunk: [0.25],
  usage: USAGE,
  serverAddress: 'api.acme.test',
  serverPort: 443,
};

/** Records something in each metric of the conventions. */
function recordAll(agents: AgentMetrics): void {
  agents.recordInference({ ...INFERENCE, agent: 'Writer' });
  agents.recordInference({ ...INFERENCE, error: new TypeError('no') });
  agents.recordInference({ ...INFERENCE, operation: 'embeddings' });
  agents.recordInference({ ...INFERENCE, operation: 'retrieval' });
  agents.recordAgentRun({ agent: 'Writer', seconds: 2 });
  agents.recordTool({ tool: 'search', seconds: 1, agent: 'Writer' });
  agents.recordWorkflow({ workflow: 'onboarding', seconds: 9 });
}

/** What a back end receives of what is recorded. */
async function received(
  record: (collector: PrometheusCollector) => void,
  protocol: OtlpProtocol = 'http/protobuf',
) {
  const backend = await startOtlpBackend();
  const { collector } = makeCollector();
  const remove = await collector.addExporter(
    new OtlpExporter({ url: backend.url, interval: false, protocol }),
  );
  await collector.initialize();
  record(collector);
  // The last export.
  await remove();
  return backend.points();
}

/** All points of the metrics of the conventions. */
async function genAiPoints() {
  const points = await received((collector) =>
    recordAll(new AgentMetrics(collector, { conventions: 'both' })),
  );
  return points.filter(({ metric }) => metric.startsWith('gen_ai'));
}

test('the metrics of the conventions have their dotted names and units by OTLP, each of them', async () => {
  const points = await genAiPoints();
  const all: GenAiMetric[] = [
    ...Object.values(GEN_AI_METRICS),
    ...Object.values(FORMER_GEN_AI_METRICS),
  ];
  const expected = new Map(
    all.map(({ instrument, unit, type }) => [
      instrument,
      { unit, kind: type === 'counter' ? 'sum' : 'histogram' },
    ]),
  );
  const found = new Map(
    points.map(({ metric, unit, kind }) => [metric, { unit, kind }]),
  );
  expect(found).toEqual(expected);
});

test('the attributes of the conventions have their dotted names by OTLP, and the agent its own', async () => {
  const points = await genAiPoints();
  const names = new Set(points.flatMap(({ labels }) => Object.keys(labels)));
  expect([...names].sort()).toEqual(
    ['agent', ...Object.values(GEN_AI_ATTRIBUTES)].sort(),
  );
});

test.each(['http/protobuf', 'http/json'] as const)(
  'the port of a server is an integer by OTLP (%s), as in the conventions',
  async (protocol) => {
    const points = await received(
      (collector) => new AgentMetrics(collector).recordInference(INFERENCE),
      protocol,
    );
    const ports = points.flatMap(({ labels }) => labels['server.port'] ?? []);
    expect(new Set(ports)).toEqual(new Set([443]));
  },
);

test('a label of the context keeps its name by OTLP, whatever it is', async () => {
  const labels = { constructor: 'a', hasOwnProperty: 'b', toString: 'c' };
  const points = await received((collector) => {
    const contextLabels = Object.keys(labels);
    const agents = new AgentMetrics(collector, { contextLabels });
    agents.withLabels(labels as never, () => agents.recordInference(INFERENCE));
  });
  const point = points.find(({ metric }) => metric.startsWith('gen_ai'));
  expect(Object.entries(point!.labels)).toEqual(
    expect.arrayContaining(Object.entries(labels)),
  );
});

test('a metric of the app keeps its names by OTLP', async () => {
  const points = await received((collector) =>
    collector.counter('answers_total').inc({ error_type: 'TypeError' }),
  );
  const point = points.find(({ metric }) => metric === 'answers_total');
  expect(point?.labels).toEqual({ error_type: 'TypeError' });
});

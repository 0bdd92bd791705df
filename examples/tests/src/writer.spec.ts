import {
  type FakeClock,
  fakeClock,
  metricsOf,
} from 'nestjs-agent-metrics/testing';
import 'nestjs-agent-metrics/testing/vitest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestApp } from './test-app.js';
import { WriterAgent } from './writer.agent.js';

let clock: FakeClock;
beforeEach(() => {
  clock = fakeClock();
});
afterEach(() => clock.restore());

test('a run counts once, with the tokens and the time of the model', async () => {
  const usage = { inputTokens: 120, outputTokens: 8 };
  const answer = { text: 'It rains.', usage, delay: 1.5 };
  const app = await startTestApp([answer], clock);
  const metrics = metricsOf(app);

  const run = await metrics.changes(() => app.get(WriterAgent).write('rain'));

  expect(run.result).toBe('It rains.');
  expect(run).toHaveIncremented('agent_executions_total', {
    agent: 'Writer',
    status: 'success',
  });
  expect(metrics.histogram('agent_duration_seconds').sum).toBe(1.5);
  expect(
    metrics.value('gen_ai_client_inference_usage_output_tokens_total'),
  ).toBe(8);
});

test('a run fails with the error of the model', async () => {
  const app = await startTestApp([new RangeError('Too long')], clock);

  await expect(app.get(WriterAgent).write('everything')).rejects.toThrow(
    'Too long',
  );

  expect(metricsOf(app)).toHaveMetric('agent_executions_total', {
    agent: 'Writer',
    status: 'error',
    error_type: 'RangeError',
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventsOf, SampleApp, useOpenAi } from './sample-app.js';

const QUESTION = { input: 'How are the calls of an agent counted?' };

beforeEach(() => useOpenAi());

describe('the metrics of agents', () => {
  const onceEach = [
    'tframex_agent_executions_total{agent="Assistant",method="run",status="success"} 1',
    'tframex_agent_executions_total{agent="Retriever",method="run",status="success"} 1',
    'tframex_agent_executions_total{agent="Writer",method="run",status="success"} 1',
  ];

  test('the metrics of agents count each agent once for a plain answer', async () => {
    const app = await SampleApp.start();

    await app.post('assistant', QUESTION);

    const counts = await app.recorded('tframex_agent_executions_total');
    expect(counts.sort()).toEqual(onceEach);
  });

  test('the metrics of agents count each agent once for a streamed answer', async () => {
    const app = await SampleApp.start();

    await eventsOf(await app.stream('assistant', QUESTION));

    const counts = await app.recorded('tframex_agent_executions_total');
    expect(counts.sort()).toEqual(onceEach);
  });

  test('time each agent once', async () => {
    const app = await SampleApp.start();

    await app.post('assistant', QUESTION);

    const timed = await app.recorded('tframex_agent_duration_seconds_count');
    expect(timed.sort()).toEqual(
      ['Assistant', 'Retriever', 'Writer'].map(
        (agent) =>
          `tframex_agent_duration_seconds_count{agent="${agent}",method="run",status="success"} 1`,
      ),
    );
  });

  test('the metrics of agents name the errors of failed agents, and leave out uncalled ones', async () => {
    const app = await SampleApp.start();

    await app.post('assistant', { input: 'qzxwvk jjqqzx' });

    const counts = await app.recorded('tframex_agent_executions_total');
    expect(counts.sort()).toEqual(
      ['Assistant', 'Retriever'].map(
        (agent) =>
          `tframex_agent_executions_total{agent="${agent}",error_type="NoPassageFoundError",method="run",status="error"} 1`,
      ),
    );
  });

  test('the metrics of agents have nothing of requests that were refused', async () => {
    const app = await SampleApp.start();

    await app.post('assistant', {});
    await app.post('nobody', QUESTION);

    expect(await app.recorded('tframex_agent_')).toEqual([]);
  });
});

describe('the gauge of active sessions', () => {
  afterEach(() => void vi.useRealTimers());

  const gauge = (app: SampleApp) => app.metrics('tframex_active_sessions');

  test('the gauge of active sessions is zero before anyone asked', async () => {
    const app = await SampleApp.start();

    expect(await gauge(app)).toEqual(['tframex_active_sessions 0']);
  });

  test('the gauge of active sessions counts each session once, and questions without one not at all', async () => {
    const app = await SampleApp.start();

    for (const session of ['anna', 'ben', 'anna', undefined]) {
      await app.post('assistant', { ...QUESTION, session });
    }

    expect(await gauge(app)).toEqual(['tframex_active_sessions 2']);
  });

  test('the gauge of active sessions forgets sessions five minutes after their last question', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const app = await SampleApp.start();
    await app.post('assistant', { ...QUESTION, session: 'anna' });
    await app.post('assistant', { ...QUESTION, session: 'ben' });

    vi.setSystemTime(Date.now() + 4 * 60_000);
    await app.post('assistant', { ...QUESTION, session: 'anna' });
    vi.setSystemTime(Date.now() + 2 * 60_000);

    expect(await gauge(app)).toEqual(['tframex_active_sessions 1']);
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import { play } from '../../sample-app/src/load/play.js';
import { SampleApp, useOpenAi } from './sample-app.js';

beforeEach(() => useOpenAi());

describe('playing questions', () => {
  test('playing questions has every fifth one fail, and the metrics agree', async () => {
    const app = await SampleApp.start();

    const tallies = await play(`${app.url}/`, 10);

    expect(tallies).toEqual({ runs: 10, answered: 8, failed: 2 });
    const counts = await app.recorded(
      'tframex_agent_executions_total{agent="Assistant"',
    );
    expect(counts.sort()).toEqual([
      'tframex_agent_executions_total{agent="Assistant",error_type="NoPassageFoundError",method="run",status="error"} 2',
      'tframex_agent_executions_total{agent="Assistant",method="run",status="success"} 8',
    ]);
    expect(await app.metrics('tframex_active_sessions')).toEqual([
      'tframex_active_sessions 3',
    ]);
  });

  test('playing questions fails when there is no app', async () => {
    await expect(play('http://127.0.0.1:1', 1)).rejects.toThrow();
  });
});

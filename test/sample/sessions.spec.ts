import { PrometheusCollector } from 'nestjs-agent-metrics';
import { expect, test } from 'vitest';
import { Sessions } from '../../sample-app/src/sessions.js';

test('no more than 10,000 sessions are remembered', () => {
  const sessions = new Sessions(new PrometheusCollector());

  for (let i = 0; i < 10_001; i++) sessions.seen(`session ${i}`);

  expect(sessions.active()).toBe(10_000);
});

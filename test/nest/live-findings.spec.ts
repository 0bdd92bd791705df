import { Injectable } from '@nestjs/common';
import { expect, test } from 'vitest';
import {
  Agent,
  InFlight,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import { startLiveApp } from './support/live-app.js';

@Agent('Waiter')
@Injectable()
class Waiter {
  private end: () => void = () => {};

  @InFlight()
  wait(): Promise<void> {
    return new Promise((resolve) => (this.end = resolve));
  }

  finish(): void {
    this.end();
  }
}

/** An app with an agent that hangs, a health check that is down, and an exporter that never delivers. */
async function startTroubledApp(findings: object) {
  const started = await startLiveApp({
    imports: [MetricsModule.forRoot({ live: { interval: 1_000, findings } })],
    providers: [Waiter],
  });
  const collector = started.app.get(PrometheusCollector);
  collector.addHealthCheck({ name: 'queue', check: () => false });
  await collector.addExporter({
    name: 'backend',
    interval: 100,
    flushAtShutdown: false,
    async export() {
      throw new Error('connection refused');
    },
  });
  return { ...started, waiter: started.app.get(Waiter) };
}

test('an agent that hangs, a check that is down and an exporter that fails are pointed out by the limits of the options', async () => {
  const { waiter, answerWhen } = await startTroubledApp({
    hanging: { seconds: 0.2 },
    notDelivering: { intervals: 1 },
  });
  const call = waiter.wait();
  const { findings } = await answerWhen(
    'overview',
    (one) => one.findings.length >= 3,
  );
  expect(findings).toMatchObject([
    { level: 'bad', kind: 'down', subject: 'queue' },
    {
      level: 'bad',
      kind: 'hanging',
      subject: 'Waiter',
      facts: { inFlight: 1, p99: 0 },
    },
    {
      level: 'warn',
      kind: 'notDelivering',
      subject: 'backend',
      facts: { error: 'Error: connection refused' },
    },
  ]);
  const [, hanging] = findings;
  expect(hanging!.facts.oldest).toBeGreaterThan(0.2);
  waiter.finish();
  await call;
  await answerWhen(
    'overview',
    (one) => !one.findings.some(({ kind }) => kind === 'hanging'),
  );
});

test('findings that are silenced by the options are not pointed out', async () => {
  const { waiter, answer, answerWhen } = await startTroubledApp({
    hanging: false,
    notDelivering: false,
    down: false,
  });
  const call = waiter.wait();
  const { agents } = await answerWhen(
    'agents',
    (one) => one.agents[0]?.inFlight === 1 && one.agents[0].oldest > 0.2,
  );
  expect(agents).toMatchObject([{ name: 'Waiter', status: 'ok' }]);
  const { checks, exporters } = await answerWhen(
    'system',
    (one) => one.exporters[0]?.failed,
  );
  expect(checks).toContainEqual(
    expect.objectContaining({ name: 'queue', up: false }),
  );
  expect(exporters).toMatchObject([
    { name: 'backend', delivering: false, delivered: 0 },
  ]);
  expect((await answer('overview')).findings).toEqual([]);
  waiter.finish();
  await call;
});

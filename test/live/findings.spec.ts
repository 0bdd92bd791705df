import { describe, expect, test } from 'vitest';
import type { FindingKind } from '../../src/live/answers.js';
import type { FindingsOptions } from '../../src/live/findings.options.js';
import { waitFor } from '../support/http.js';
import { bodyOf, SampledCollector } from './support.js';

/** What the overview points out after the last sample. */
async function findingsOf(
  sampled: SampledCollector,
  findings: FindingsOptions = {},
) {
  return (await bodyOf('overview', sampled, { findings })).findings;
}

/** The agents or parts that findings of one kind are about. */
async function subjectsOf(
  kind: FindingKind,
  sampled: SampledCollector,
  limits?: object | boolean,
): Promise<string[]> {
  const options = limits === undefined ? {} : { [kind]: limits };
  const findings = await findingsOf(sampled, options);
  return findings
    .filter((one) => one.kind === kind)
    .map(({ subject }) => subject);
}

/** A collector on a free port, with a first sample taken now. */
async function startSampled(): Promise<SampledCollector> {
  const options = { port: 0, host: '127.0.0.1' };
  const sampled = new SampledCollector(options, Date.now() / 1_000);
  await sampled.collector.initialize();
  await sampled.sample(0);
  return sampled;
}

describe('failing agents', () => {
  test.each([
    [undefined, ['Mostly', 'Seldom']],
    [{ calls: 6 }, ['Seldom']],
    [{ calls: 3 }, ['Few', 'Mostly', 'Seldom']],
    [{ share: 0.07 }, ['Mostly']],
    [{ share: 1, calls: 3 }, ['Few']],
    [false, []],
  ])('with the limits %j, failing agents are %j', async (limits, subjects) => {
    const sampled = new SampledCollector();
    await sampled.sample();
    const executions = sampled.collector.counter('agent_executions_total');
    const play = (agent: string, calls: number, failed: number) => {
      const error = { agent, status: 'error', error_type: 'TypeError' };
      executions.inc({ agent, status: 'success', error_type: '' }, calls);
      executions.inc(error, failed);
    };
    play('Few', 0, 4);
    play('Mostly', 1, 5);
    play('Seldom', 94, 6);
    play('Fine', 996, 4);
    await sampled.sample();
    const found = await subjectsOf('failing', sampled, limits);
    expect(found.sort()).toEqual(subjects);
  });

  test('failures of more than 5 minutes ago are not pointed out', async () => {
    const sampled = new SampledCollector();
    await sampled.sample();
    const labels = { agent: 'Once', status: 'error', error_type: 'TypeError' };
    sampled.collector.counter('agent_executions_total').inc(labels, 10);
    await sampled.sample();
    expect(await subjectsOf('failing', sampled)).toEqual(['Once']);
    for (let i = 0; i < 6; i++) await sampled.sample(60);
    expect(await subjectsOf('failing', sampled)).toEqual([]);
  });
});

describe('hanging agents', () => {
  /** An agent whose calls take up to 20 seconds, and one that has never ended a call. */
  async function withOldest(seconds: number): Promise<SampledCollector> {
    const sampled = new SampledCollector();
    const { collector } = sampled;
    const duration = collector.histogram('agent_duration_seconds', {
      buckets: [10, 20, 40],
    });
    duration.observe({ agent: 'Usual' }, 1);
    await sampled.sample();
    for (let i = 0; i < 100; i++) duration.observe({ agent: 'Usual' }, 15);
    for (const agent of ['Usual', 'New']) {
      collector.gauge('agent_in_flight').set({ agent }, 2);
      collector.gauge('agent_in_flight_oldest_seconds').set({ agent }, seconds);
    }
    await sampled.sample();
    return sampled;
  }

  test.each([
    [50, undefined, []],
    [59.8, { seconds: 59 }, ['New', 'Usual']],
    [61, undefined, ['New', 'Usual']],
    [61, { times: 4 }, ['New']],
    [61, { seconds: 62 }, []],
    [30, { seconds: 20, times: 1 }, ['New', 'Usual']],
    [30, { seconds: 20 }, ['New']],
    [3_600, false, []],
  ])(
    'with an oldest call of %d s and the limits %j, hanging agents are %j',
    async (seconds, limits, subjects) => {
      const sampled = await withOldest(seconds);
      const found = await subjectsOf('hanging', sampled, limits);
      expect(found.sort()).toEqual(subjects);
    },
  );

  test('the finding of a hanging agent has its oldest call, its calls in flight and its p99', async () => {
    const sampled = await withOldest(100);
    const findings = await findingsOf(sampled);
    const [usual] = findings.filter(({ subject }) => subject === 'Usual');
    expect(usual).toMatchObject({
      level: 'bad',
      kind: 'hanging',
      facts: { oldest: 100, inFlight: 2 },
    });
    expect(usual!.facts.p99).toBeCloseTo(19.9, 0);
  });
});

describe('expensive agents', () => {
  async function withCosts(
    costs: Readonly<Record<string, number>>,
  ): Promise<SampledCollector> {
    const sampled = new SampledCollector();
    await sampled.sample();
    const cost = sampled.collector.counter('agent_cost_total');
    const calls = sampled.collector.counter('agent_executions_total');
    for (const [agent, amount] of Object.entries(costs)) {
      cost.inc({ agent, currency: 'USD' }, amount);
      calls.inc({ agent, status: 'success', error_type: '' }, 10);
    }
    await sampled.sample();
    return sampled;
  }

  test.each([
    [{ Big: 6, Small: 4 }, undefined, ['Big']],
    [{ Big: 6, Small: 4 }, { share: 0.6 }, []],
    [{ Big: 6, Small: 4 }, { share: 0.3 }, ['Big', 'Small']],
    [{ Half: 5, Other: 5 }, undefined, []],
    [{ Alone: 5 }, undefined, []],
    [{ Big: 9, Small: 1 }, false, []],
  ])(
    'with the costs %j and the limits %j, expensive agents are %j',
    async (costs, limits, subjects) => {
      const sampled = await withCosts(costs);
      expect(await subjectsOf('expensive', sampled, limits)).toEqual(subjects);
    },
  );

  test('the finding of an expensive agent has its shares, its cost, and that of a call', async () => {
    const sampled = await withCosts({ Big: 7.5, Small: 2.5 });
    expect(await findingsOf(sampled)).toEqual([
      {
        level: 'info',
        kind: 'expensive',
        subject: 'Big',
        facts: {
          share: 0.75,
          callShare: 0.5,
          cost: [['USD', 7.5]],
          perCall: [['USD', 0.75]],
        },
      },
    ]);
  });
});

describe('exporters that do not deliver', () => {
  test('an exporter without a success in 3 intervals is pointed out, with its last error', async () => {
    const sampled = await startSampled();
    let refuses = false;
    await sampled.collector.addExporter({
      name: 'backend',
      interval: 60_000,
      flushAtShutdown: false,
      async export() {
        if (refuses) throw new Error('connection refused');
      },
    });
    await sampled.collector.flush();
    await sampled.sample(150);
    expect(await subjectsOf('notDelivering', sampled)).toEqual([]);
    refuses = true;
    await sampled.collector.flush().catch(() => {});
    await sampled.sample(150);
    const [finding, ...others] = await findingsOf(sampled);
    expect(finding).toMatchObject({
      level: 'warn',
      kind: 'notDelivering',
      subject: 'backend',
      facts: { error: 'Error: connection refused' },
    });
    expect(finding!.facts.seconds).toBeGreaterThan(180);
    expect(finding!.facts.seconds).toBeLessThanOrEqual(300);
    // Its health check is down too, which would say the same again.
    expect(others).toEqual([]);
    const kind = 'notDelivering';
    expect(await subjectsOf(kind, sampled, { intervals: 6 })).toEqual([]);
    expect(await subjectsOf(kind, sampled, { intervals: 1 })).toHaveLength(1);
    expect(await subjectsOf(kind, sampled, false)).toEqual([]);
  });

  test('an exporter of events is not pointed out in a quiet time', async () => {
    const sampled = await startSampled();
    const { collector } = sampled;
    await collector.addExporter({ name: 'events', receive() {} });
    collector.counter('jobs_total').inc();
    await waitFor(
      async () => collector.insight.exporters()[0]!.lastSuccess,
      'the delivery of an event',
    );
    await sampled.sample(3_600);
    expect(await findingsOf(sampled)).toEqual([]);
  });
});

test('health checks that are down are pointed out, critical ones first, unless they are silenced', async () => {
  const sampled = await startSampled();
  const { collector } = sampled;
  const check = () => false;
  collector.addHealthCheck({ name: 'cache', check, critical: false });
  collector.addHealthCheck({ name: 'database', check, critical: true });
  collector.addHealthCheck({ name: 'queue', check: () => true });
  const findings = await findingsOf(sampled);
  expect(findings).toMatchObject([
    { level: 'bad', kind: 'down', subject: 'database', facts: { critical: 1 } },
    { level: 'warn', kind: 'down', subject: 'cache', facts: { critical: 0 } },
  ]);
  for (const { facts } of findings)
    expect(facts.seconds).toBeGreaterThanOrEqual(0);
  expect(await findingsOf(sampled, { down: false })).toEqual([]);
});

test('metrics with more label sets than series are pointed out, unless they are silenced', async () => {
  const sampled = new SampledCollector({ maxSeriesPerMetric: 2 });
  const jobs = sampled.collector.counter('jobs_total');
  jobs.inc({ kind: 'k0' });
  await sampled.sample();
  for (let i = 0; i < 5; i++) jobs.inc({ kind: `k${i}` });
  await sampled.sample();
  expect(await findingsOf(sampled)).toEqual([
    {
      level: 'warn',
      kind: 'overflow',
      subject: 'jobs_total',
      facts: { recordings: 3, limit: 2 },
    },
  ]);
  expect(await findingsOf(sampled, { overflow: false })).toEqual([]);
});

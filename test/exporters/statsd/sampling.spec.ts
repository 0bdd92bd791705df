import { describe, expect, it } from 'vitest';
import { counterOf, gaugeOf, valueSeries } from '../../support/snapshots.js';
import { exported, linesOf, observed, startedAt, timed } from './exporting.js';
import { receiveUdp } from './receivers.js';

const MANY = 4_000;

const many = Array.from({ length: MANY }, (_, i) =>
  i % 2 === 0 ? timed('run_seconds', i) : observed('sizes', i),
);

describe('a sample rate', () => {
  it('the sample rate is the share of observations that are sent, and is part of their lines', async () => {
    const lines = await linesOf({ sampleRate: 0.25 }, [], many);
    // Seven standard deviations: one run in 10^11 is outside.
    const deviation = Math.sqrt(MANY * 0.25 * 0.75);
    expect(Math.abs(lines.length - MANY * 0.25)).toBeLessThan(7 * deviation);
    const form = /^(run_milliseconds:\d+\|ms|sizes:\d+\|h)\|@0\.25$/;
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
  });

  it('counters and gauges are not sampled', async () => {
    const series = Array.from({ length: 100 }, (_, i) =>
      valueSeries(i + 1, { n: String(i) }),
    );
    const metrics = [
      counterOf('runs_total', ...series),
      gaugeOf('sessions', ...series),
    ];
    const lines = await linesOf({ sampleRate: 0.01 }, metrics);
    expect(lines).toHaveLength(200);
    expect(lines.filter((line) => line.includes('@'))).toEqual([]);
  });

  it('an observation that sampling left out is not sent later', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver, { sampleRate: 0.5 });
    exporter.receive(many);
    await exported(exporter);
    const { length } = await receiver.lines();
    expect(length).toBeLessThan(MANY);
    await exported(exporter);
    expect(await receiver.lines()).toHaveLength(length);
  });

  it('a sample rate of 1 sends all observations, and is not part of the lines', async () => {
    const lines = await linesOf({ sampleRate: 1 }, [], many);
    expect(lines).toHaveLength(MANY);
    expect(lines.filter((line) => line.includes('@'))).toEqual([]);
  });
});

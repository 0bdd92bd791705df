import { describe, expect, it } from 'vitest';
import { counterOf, gaugeOf, valueSeries } from '../../support/snapshots.js';
import { exported, linesOf, observed, startedAt, timed } from './exporting.js';
import { receiveUdp } from './receivers.js';

const MANY = 4_000;

const many = Array.from({ length: MANY }, (_, i) =>
  i % 2 === 0 ? timed('run_seconds', i) : observed('sizes', i),
);

describe('a sample rate', () => {
  it('is the share of observations that is sent, and stands on their lines', async () => {
    const lines = await linesOf({ sampleRate: 0.25 }, [], many);
    // Seven standard deviations: one run in 10^11 is outside.
    const deviation = Math.sqrt(MANY * 0.25 * 0.75);
    expect(Math.abs(lines.length - MANY * 0.25)).toBeLessThan(7 * deviation);
    const form = /^(run_milliseconds:\d+\|ms|sizes:\d+\|h)\|@0\.25$/;
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
  });

  it('leaves out none of the counters and gauges', async () => {
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

  it('sends no observation later that it has left out', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver, { sampleRate: 0.5 });
    exporter.receive(many);
    await exported(exporter);
    const { length } = await receiver.lines();
    expect(length).toBeLessThan(MANY);
    await exported(exporter);
    expect(await receiver.lines()).toHaveLength(length);
  });

  it('of 1 leaves out nothing and is not mentioned', async () => {
    const lines = await linesOf({ sampleRate: 1 }, [], many);
    expect(lines).toHaveLength(MANY);
    expect(lines.filter((line) => line.includes('@'))).toEqual([]);
  });
});

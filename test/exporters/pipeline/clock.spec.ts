import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { samples } from '../../support/collector.js';
import { FIVE_DAYS } from '../../support/set-clock.js';
import { away, pass, running, useFakeTime } from './fake-time.js';
import { ScriptedExporter } from './scripted-exporter.js';

vi.mock(
  '../../../src/core/clock.js',
  () => import('../../support/process-clock.js'),
);
vi.mock(
  '../../../src/core/timers.js',
  () => import('../../support/process-timers.js'),
);

useFakeTime();

/** Sets the system clock; timers and the monotonic clock go on as they were. */
const setClock = (seconds: number) =>
  vi.setSystemTime(Date.now() + seconds * 1_000);

describe.each([
  ['back', -FIVE_DAYS],
  ['forward', FIVE_DAYS],
])('the system clock set %s', (_, seconds) => {
  it('a system clock that is set back or forward changes no log line about outages', async () => {
    const exporter = new ScriptedExporter();
    const { warnings } = await running(exporter);
    exporter.always = away();
    await pass(10_000);
    setClock(seconds);
    exporter.always = undefined;
    await pass(10_000);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(/delivers again, after \d failures in 1 s$/);
    await pass(50_000);
    setClock(seconds);
    exporter.always = away();
    await pass(10_000);
    expect(warnings).toHaveLength(3);
    // A second one within a minute is not told of.
    setClock(seconds);
    exporter.always = undefined;
    await pass(11_000);
    exporter.always = away();
    setClock(seconds);
    await pass(11_000);
    expect(warnings).toHaveLength(4);
  });

  it('a system clock that is set back or forward changes no interval and no pause', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(undefined, away({ retryAfter: 30_000 }));
    await running(exporter);
    await pass(10_000);
    setClock(seconds);
    await pass(10_000);
    setClock(seconds);
    await pass(30_000);
    expect(exporter.times).toHaveLength(3);
  });

  it('a system clock that is set back or forward leaves no last success in the future', async () => {
    const exporter = new ScriptedExporter();
    const { collector } = await running(exporter);
    await pass(10_000);
    setClock(seconds);
    const name = 'metrics_export_last_success_timestamp_seconds';
    const [line] = await samples(collector, name);
    const time = Number(line!.split(' ').at(-1));
    expect(time).toBeGreaterThan(1e9);
    expect(time).toBeLessThanOrEqual(Date.now() / 1_000);
    onTestFinished(() => void (exporter.always = undefined));
  });
});

import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { samples } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';
import { Members, valueOn } from './members.js';

test('clearMetrics() of a member removes its counts and those of ended members, and not those of others', async () => {
  const members = new Members();
  const [{ collector: ended }, { collector: one }, { collector: other }] = [
    await members.add(),
    await members.add(),
    await members.add(),
  ];
  ended.counter('calls_total').inc(100);
  ended.counter('old_total').inc();
  await ended.shutdown();
  const calls = one.counter('calls_total');
  calls.inc(10);
  other.counter('calls_total').inc(1);
  expect(await valueOn(other, 'calls_total')).toBe(111);
  one.clearMetrics();
  expect(await valueOn(one, 'calls_total')).toBe(1);
  expect(await samples(other, 'old_total')).toEqual([]);
  calls.inc(5);
  other.counter('calls_total').inc(1);
  expect(await valueOn(other, 'calls_total')).toBe(7);
  other.clearMetrics();
  expect(await valueOn(other, 'calls_total')).toBe(5);
  await one.shutdown();
  expect(await valueOn(other, 'calls_total')).toBe(5);
});

test('clearMetrics() of the only member begins at zero, and goes on after its end and a restart', async () => {
  const members = new Members();
  const { collector } = await members.add();
  collector.counter('calls_total').inc(10);
  expect(await valueOn(collector, 'calls_total')).toBe(10);
  collector.clearMetrics();
  collector.counter('calls_total').inc(2);
  expect(await valueOn(collector, 'calls_total')).toBe(2);
  const { collector: next } = await members.add();
  await collector.shutdown();
  expect(await valueOn(next, 'calls_total')).toBe(2);
});

/** The only member of a group is taken for dead when the result is called, as if its process had ended. */
function fenceOf({ directory }: Members): () => void {
  const [id] = readdirSync(join(directory, 'm'));
  return () => renameSync(join(directory, 'm', id!), join(directory, 'c', id!));
}

test.each(['before', 'after'])(
  'a member that was taken for dead %s clearMetrics() counts from zero, and nothing twice',
  async (when) => {
    const members = new Members();
    const { collector: one } = await members.add();
    const fence = fenceOf(members);
    const { collector: other } = await members.add();
    const calls = one.counter('calls_total');
    calls.inc(10);
    expect(await valueOn(other, 'calls_total')).toBe(10);
    if (when === 'before') {
      fence();
      expect(await valueOn(other, 'calls_total')).toBe(10);
      expect(await valueOn(one, 'calls_total')).toBe(10);
      one.clearMetrics();
    } else {
      one.clearMetrics();
      fence();
    }
    calls.inc(3);
    for (const member of [one, other, one, other]) {
      expect(await valueOn(member, 'calls_total')).toBe(3);
    }
    await one.shutdown();
    expect(await valueOn(other, 'calls_total')).toBe(3);
  },
);

test.each([true, false])(
  'clearMetrics() removes what was saved, with processes: %s',
  async (processes) => {
    const file = join(tempFolder(), 'metrics.state');
    const start = async (directory = tempFolder()) => {
      const members = new Members(directory);
      const { collector } = await members.add({
        persistence: { file, interval: 86_400_000 },
        ...(!processes && { processes: false }),
      });
      return { collector, directory };
    };
    const first = await start();
    first.collector.counter('calls_total').inc(10);
    await first.collector.shutdown();
    rmSync(first.directory, { recursive: true });

    const second = await start();
    expect(await valueOn(second.collector, 'calls_total')).toBe(10);
    second.collector.clearMetrics();
    second.collector.counter('calls_total').inc(2);
    expect(await valueOn(second.collector, 'calls_total')).toBe(2);
    await second.collector.shutdown();

    const again = await start(second.directory);
    expect(await valueOn(again.collector, 'calls_total')).toBe(2);
    await again.collector.shutdown();
    expect(await valueOn((await start()).collector, 'calls_total')).toBe(2);
  },
);

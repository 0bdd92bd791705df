import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Members, valueOn } from '../processes/members.js';
import { FIVE_DAYS, setClock } from '../support/set-clock.js';
import { tempFolder } from '../support/temp.js';

/** Milliseconds between two saves. */
const INTERVAL = 100;

const fileOf = (folder: string) => join(folder, 'metrics.state');

/** Members of one app that save in a file. */
function addTo(members: Members, file: string) {
  const { directory } = members;
  return members.add({
    processes: { directory, saveInterval: INTERVAL },
    persistence: { file, interval: INTERVAL },
  });
}

/** What another host would restore. */
async function savedIn(file: string): Promise<number | undefined> {
  const copy = new Members();
  const { collector } = await copy.add({
    persistence: { file, interval: 86_400_000 },
  });
  const value = await valueOn(collector, 'jobs_total');
  rmSync(copy.directory, { recursive: true });
  return value;
}

test.each([-FIVE_DAYS, FIVE_DAYS])(
  'a clock that is set by %s seconds makes no total fall and no save late while members live',
  async (seconds) => {
    const members = new Members();
    const file = fileOf(tempFolder());
    const { collector: one } = await addTo(members, file);
    const { collector: two } = await addTo(members, file);
    one.counter('jobs_total').inc(2);
    two.counter('jobs_total').inc(3);
    expect(await valueOn(one, 'jobs_total')).toBe(5);
    setClock(seconds);
    expect(await valueOn(two, 'jobs_total')).toBe(5);
    two.counter('jobs_total').inc(4);
    await expect.poll(() => savedIn(file), { timeout: 5_000 }).toBe(9);
    const { collector: three } = await addTo(members, file);
    three.counter('jobs_total').inc(1);
    await two.shutdown();
    for (const member of [one, three]) {
      expect(await valueOn(member, 'jobs_total')).toBe(10);
    }
    await expect.poll(() => savedIn(file), { timeout: 5_000 }).toBe(10);
  },
);

test('members whose directory is removed go on counting and saving', async () => {
  const members = new Members();
  const file = fileOf(tempFolder());
  const { collector: one, warnings } = await addTo(members, file);
  const { collector: two } = await addTo(members, file);
  one.counter('jobs_total').inc(2);
  two.counter('jobs_total').inc(3);
  await expect.poll(() => savedIn(file), { timeout: 5_000 }).toBe(5);
  // Members make files in it until it has another name.
  const removed = join(tempFolder(), 'removed');
  renameSync(members.directory, removed);
  rmSync(removed, { recursive: true });
  for (const member of [one, two, one]) {
    await expect
      .poll(() => valueOn(member, 'jobs_total'), { timeout: 5_000 })
      .toBe(5);
  }
  two.counter('jobs_total').inc(1);
  await expect.poll(() => savedIn(file), { timeout: 5_000 }).toBe(6);
  expect(warnings.join()).not.toContain('Another running app');
});

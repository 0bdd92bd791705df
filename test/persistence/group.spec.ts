import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Members, valueOn } from '../processes/members.js';
import { samples } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';

/** An interval that no test waits for. */
const NEVER = 86_400_000;

/** An app of several members that keeps its totals in a file. */
class App extends Members {
  constructor(
    private readonly file: string,
    private readonly interval = NEVER,
    directory?: string,
  ) {
    super(directory);
  }

  async start() {
    const { file, interval } = this;
    const { collector } = await this.add({ persistence: { file, interval } });
    return collector;
  }
}

test('an app of several processes goes on from its saved totals where its directory is gone', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const first = new App(file);
  const [one, two] = [await first.start(), await first.start()];
  one.counter('jobs_total').inc(3);
  two.counter('jobs_total').inc(0.1);
  two.histogram('size', { buckets: [1] }).observe(5);
  one.gauge('rows', { persistent: true }).set(9);
  one.gauge('sessions').set(9);
  await two.shutdown();
  await one.shutdown();

  const second = new App(file);
  const [three, four] = [await second.start(), await second.start()];
  expect(await valueOn(four, 'jobs_total')).toBe(3.1);
  three.counter('jobs_total').inc();
  four.counter('jobs_total').inc();
  for (const member of [three, four]) {
    expect(await samples(member, 'jobs_total')).toEqual(['jobs_total 5.1']);
    expect(await valueOn(member, 'size_count')).toBe(1);
    expect(await samples(member, 'rows')).toEqual(['rows 9']);
    expect(await samples(member, 'sessions')).toEqual([]);
  }
  four.gauge('rows', { persistent: true }).set(1);
  expect(await samples(three, 'rows')).toEqual(['rows 1']);
});

test('an app of several processes goes on from its directory where that is still there', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const first = new App(file);
  const one = await first.start();
  one.counter('jobs_total').inc(3);
  one.gauge('rows', { persistent: true }).set(9);
  await one.shutdown();
  for (let run = 1; run <= 3; run++) {
    const again = new App(file, NEVER, first.directory);
    const member = await again.start();
    member.counter('jobs_total').inc();
    expect(await valueOn(member, 'jobs_total')).toBe(3 + run);
    expect(await valueOn(member, 'rows')).toBe(9);
    await member.shutdown();
  }
  const elsewhere = await new App(file).start();
  expect(await valueOn(elsewhere, 'jobs_total')).toBe(6);
});

test('the first living member saves for all, and the next one after its end', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const app = new App(file, 100);
  const [one, two] = [await app.start(), await app.start()];
  one.counter('jobs_total').inc();
  two.counter('jobs_total').inc();
  const saved = async () => {
    // What another host would restore.
    const copy = new App(file);
    const member = await copy.start();
    const value = await valueOn(member, 'jobs_total');
    rmSync(copy.directory, { recursive: true });
    return value;
  };
  await expect.poll(saved, { timeout: 10_000, interval: 200 }).toBe(2);
  await one.shutdown();
  two.counter('jobs_total').inc();
  await expect.poll(saved, { timeout: 10_000, interval: 200 }).toBe(3);
});

test('save() of any member saves the totals of all', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const app = new App(file);
  const [one, two] = [await app.start(), await app.start()];
  one.counter('jobs_total').inc(2);
  two.counter('jobs_total').inc(5);
  await two.save();
  await one.save();
  const elsewhere = await new App(file).start();
  expect(await valueOn(elsewhere, 'jobs_total')).toBe(7);
});

test('a member without persistence, which began first, does not keep another one from saving for all', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const app = new App(file, 100);
  const { collector: thread } = await app.add();
  thread.counter('jobs_total').inc();
  const member = await app.start();
  member.counter('jobs_total').inc();
  const saved = async () => {
    const copy = new App(file);
    const value = await valueOn(await copy.start(), 'jobs_total');
    rmSync(copy.directory, { recursive: true });
    return value;
  };
  await expect.poll(saved, { timeout: 10_000, interval: 200 }).toBe(2);
});

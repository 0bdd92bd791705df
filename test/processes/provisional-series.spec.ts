import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PrometheusCollector } from '../../src/index.js';
import { samples } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';
import { Members } from './members.js';

const MAIL = 'jobs_total{queue="mail"}';

async function expectOnAll(
  collectors: readonly PrometheusCollector[],
  expected: string[],
) {
  for (const one of collectors) {
    expect(await samples(one, 'jobs_total')).toEqual(expected);
  }
}

test('the series that a counter starts with is on the page of all processes until one of them records labels', async () => {
  const app = new Members();
  const members = [await app.add(), await app.add()];
  const [one, two] = members.map(({ collector }) => collector);
  const all = [one!, two!];
  const [first, second] = all.map((each) => each.counter('jobs_total'));
  await expectOnAll(all, ['jobs_total 0']);
  first!.inc({ queue: 'mail' });
  await expectOnAll(all, [`${MAIL} 1`]);
  second!.inc({ queue: 'mail' });
  await expectOnAll(all, [`${MAIL} 2`]);
});

test('a counter without labels sums up over processes of which only one has recorded', async () => {
  const app = new Members();
  const { collector: one } = await app.add();
  const { collector: two } = await app.add();
  one.counter('jobs_total').inc(2);
  two.counter('jobs_total');
  await expectOnAll([one, two], ['jobs_total 2']);
});

test('a process that ends before it records labels leaves no series without labels to the others', async () => {
  const app = new Members();
  const { collector: one } = await app.add();
  const { collector: two } = await app.add();
  one.counter('jobs_total');
  await expectOnAll([two], ['jobs_total 0']);
  await one.shutdown();
  await expectOnAll([two], ['jobs_total 0']);
  two.counter('jobs_total').inc({ queue: 'mail' });
  await expectOnAll([two], [`${MAIL} 1`]);
});

test('a saved total of the series that a counter starts with goes when a later run records labels', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const persistence = { file, interval: 86_400_000 };
  const run = async () =>
    (await new Members().add({ processes: false, persistence })).collector;
  const first = await run();
  first.counter('jobs_total');
  await first.shutdown();
  const second = await run();
  await expectOnAll([second], ['jobs_total 0']);
  second.counter('jobs_total').inc({ queue: 'mail' });
  await expectOnAll([second], [`${MAIL} 1`]);
  await second.shutdown();
  const third = await run();
  third.counter('jobs_total');
  await expectOnAll([third], [`${MAIL} 1`]);
});

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { samplesOf } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import {
  installedPushgateway,
  type RealPushgateway,
  startPushgateway,
} from '../../support/processes.js';
import { tempFolder } from '../../support/temp.js';

const program = await installedPushgateway();

/** A process of the app. */
class Pusher {
  constructor(private readonly child: ChildProcess) {}

  /** Has the process run a command. Returns its result. */
  async run(command: 'count' | 'flush' | 'pushed'): Promise<unknown> {
    const answered = this.answerTo(command);
    this.child.send(command);
    return answered;
  }

  async answerTo(command: string): Promise<unknown> {
    for (;;) {
      const [answer] = (await once(this.child, 'message', {
        signal: AbortSignal.timeout(10_000),
      })) as [{ command: string; result: unknown }];
      if (answer.command === command) return answer.result;
    }
  }

  /** Ends the process in order. */
  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.send('close');
    expect(await ended).toEqual([0, null]);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** A Pushgateway, and processes of one app that push to it. */
class PushingApp {
  private readonly directory = tempFolder();

  private constructor(
    readonly gateway: RealPushgateway,
    private readonly atShutdown: string,
  ) {}

  static async begin(atShutdown = 'push'): Promise<PushingApp> {
    const gateway = await startPushgateway(program!);
    onTestFinished(() => gateway.stop());
    return new PushingApp(gateway, atShutdown);
  }

  /** @param pushes whether the process has the exporter. */
  async start(pushes = true): Promise<Pusher> {
    const { directory, atShutdown, gateway } = this;
    const options = { directory, atShutdown, pushes, url: gateway.url };
    const file = fileURLToPath(new URL('pusher.mjs', import.meta.url));
    const pusher = new Pusher(fork(file, [JSON.stringify(options)]));
    onTestFinished(() => pusher.kill());
    await pusher.answerTo('ready');
    return pusher;
  }

  async startAll(count: number): Promise<Pusher[]> {
    const all: Pusher[] = [];
    while (all.length < count) all.push(await this.start());
    return all;
  }

  /** The values of a metric in the gateway. */
  async values(metric: string): Promise<number[]> {
    return samplesOf(await this.gateway.page(), metric).map((line) =>
      Number(line.split(' ').at(-1)),
    );
  }

  /** Waits until the gateway has this count of all processes. */
  shows(rows: number): Promise<unknown> {
    return waitFor(
      async () => (await this.values('rows_total'))[0] === rows,
      `a push with ${rows} rows`,
    );
  }
}

/** Waits until one process has pushed some times, and the others have not meanwhile: on a busy machine they may have to. */
async function pushesAlone(
  one: Pusher,
  others: readonly Pusher[],
): Promise<void> {
  const countsOf = () => Promise.all(others.map((it) => it.run('pushed')));
  await waitFor(
    async () => {
      const before = await countsOf();
      const start = Number(await one.run('pushed'));
      await waitFor(
        async () => Number(await one.run('pushed')) >= start + 3,
        'three pushes',
      );
      return String(await countsOf()) === String(before);
    },
    'one process to push alone',
    30,
  );
}

describe.skipIf(program === undefined)('several processes', () => {
  test('one of several processes pushes the page of all, and another one when that is killed', async () => {
    const app = await PushingApp.begin();
    const [first, ...others] = await app.startAll(3);
    for (const one of [first!, ...others]) await one.run('count');
    await app.shows(3);
    expect(await app.values('workers')).toEqual([3]);
    await pushesAlone(first!, others);

    await first!.kill();
    for (const one of others) await one.run('count');
    await app.shows(5);
    expect(await app.values('workers')).toEqual([2]);
    await pushesAlone(others[0]!, [others[1]!]);
  });

  test('a process without the exporter, which began first, does not keep another one from pushing', async () => {
    const app = await PushingApp.begin();
    const silent = await app.start(false);
    await silent.run('count');
    const pusher = await app.start();
    await pusher.run('count');
    await app.shows(2);
    await pusher.run('count');
    await pusher.close();
    expect(await app.values('rows_total')).toEqual([3]);
    expect(await app.values('workers')).toEqual([2]);
  });

  test('flush() pushes the page of all from any process', async () => {
    const app = await PushingApp.begin();
    const [first, second] = await app.startAll(2);
    await first!.run('count');
    await second!.run('count');
    await second!.run('flush');
    expect(await app.values('rows_total')).toEqual([2]);
    expect(await second!.run('pushed')).toBe(1);
  });

  test.each([
    ['push', [6], [1]],
    ['delete', [], []],
  ] as const)(
    'the last of several processes that end at once does what atShutdown %j says',
    async (atShutdown, rows, workers) => {
      const app = await PushingApp.begin(atShutdown);
      const all = await app.startAll(3);
      for (const one of all) await one.run('count');
      await app.shows(3);
      const ends = all.map(async (one) => {
        await one.run('count');
        await one.close();
      });
      await Promise.all(ends);
      await expect
        .poll(() => app.values('rows_total'), { timeout: 10_000 })
        .toEqual(rows);
      expect(await app.values('workers')).toEqual(workers);
    },
  );

  test.each(['push', 'delete'])(
    'a process that ends while others live leaves the Pushgateway to them with atShutdown %j',
    async (atShutdown) => {
      const app = await PushingApp.begin(atShutdown);
      const [first, second] = await app.startAll(2);
      await first!.run('count');
      await app.shows(1);
      await first!.close();
      expect(await app.values('rows_total')).toEqual([1]);
      await second!.run('count');
      await app.shows(2);
      expect(await app.values('workers')).toEqual([1]);
    },
  );
});

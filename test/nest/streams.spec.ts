import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BehaviorSubject,
  firstValueFrom,
  isObservable,
  Observable,
  Subject,
} from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Agent,
  Counted,
  InFlight,
  MetricsModule,
  PrometheusCollector,
  Streamed,
  Timed,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { usedHeap } from '../support/heap.js';
import { waitFor } from '../support/http.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));
vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What an agent SDK hands out: iterable, but no iterator itself. */
class SdkStream implements AsyncIterable<number> {
  constructor(private readonly items: AsyncGenerator<number>) {}

  [Symbol.asyncIterator]() {
    return this.items;
  }
}

const ENDLESS = {
  generator: function* () {
    for (;;) yield 1;
  },
  'async generator': async function* () {
    for (;;) yield 1;
  },
  'async generator that hangs': async function* () {
    yield 1;
    await new Promise(() => {});
  },
  iterable: () => ({
    [Symbol.asyncIterator]: () => ENDLESS['async generator'](),
  }),
  'promise of a stream': async () => ENDLESS['async generator'](),
  Observable: () => new Observable((consumer) => consumer.next(1)),
  Subject: () => new BehaviorSubject(1),
};

/** Begins to consume a stream. */
async function begin(given: unknown): Promise<void> {
  const stream: any = await given;
  if (isObservable(stream)) {
    stream.subscribe();
    return;
  }
  const iterator = stream[Symbol.asyncIterator]?.() ?? stream;
  await iterator.next();
  // Does not come where the stream hangs.
  void iterator.next();
}

@Agent('Writer')
@Injectable()
class WriterAgent {
  readonly subject = new Subject<number>();

  @Streamed()
  @Timed()
  @Counted()
  @InFlight()
  async *chunks(count: number, milliseconds = 10): AsyncGenerator<number> {
    for (let i = 0; i < count; i++) {
      await sleep(milliseconds);
      yield i;
    }
    if (count === 13) throw new RangeError('unlucky');
  }

  @Streamed()
  @Timed()
  @Counted()
  pushed(count: number): Observable<number> {
    return new Observable((consumer) => {
      for (let i = 0; i < count; i++) {
        vi.advanceTimersByTime(10);
        consumer.next(i);
      }
      consumer.complete();
    });
  }

  @Streamed()
  @Counted()
  open(): Observable<number> {
    return this.subject.asObservable();
  }

  @Streamed()
  @Timed()
  @Counted()
  async sdk(count: number): Promise<SdkStream> {
    return new SdkStream(this.numbers(count));
  }

  @Streamed()
  @Counted({ labels: ({ status }) => ({ outcome: status }) })
  async plain(): Promise<string> {
    return 'no stream';
  }

  /** Streams that never end by themselves, of all kinds. */
  @Timed()
  @InFlight()
  endless(kind: keyof typeof ENDLESS, _held: unknown) {
    return ENDLESS[kind]();
  }

  @InFlight({ labels: { tier: 'gold' } })
  hang(until: Promise<void>): Promise<void> {
    return until;
  }

  private async *numbers(count: number) {
    for (let i = 0; i < count; i++) {
      await sleep(10);
      yield i;
    }
  }
}

async function writer() {
  const app = await Test.createTestingModule({
    imports: [
      MetricsModule.forRoot({
        namespace: '',
        initialSeries: false,
        prometheus: { defaultMetrics: false },
      }),
    ],
    providers: [WriterAgent],
  }).compile();
  await app.init();
  onTestFinished(() => app.close());
  const collector = app.get(PrometheusCollector);
  return {
    agent: app.get(WriterAgent),
    collector,
    metric: (name: string) => samples(collector, name),
    /** The value of the sample whose line begins so. */
    value: async (name: string, line: string) => {
      const found = (await samples(collector, name)).find((sample) =>
        sample.startsWith(line),
      );
      return Number(found?.split(' ').at(-1));
    },
  };
}

/** A clock and timers that go on when the test says so. */
function controlledClock() {
  vi.useFakeTimers({ toFake: ['hrtime', 'setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

const METHOD = 'agent="Writer",method=';

async function consume(items: AsyncIterable<unknown>, milliseconds: number) {
  for await (const _ of items) await sleep(milliseconds);
}

async function finished(work: Promise<unknown>) {
  await vi.runAllTimersAsync();
  await work;
}

describe('the time of a stream', () => {
  test('the time of a stream is that of the agent, without that of a slow consumer', async () => {
    const { agent, value } = await writer();
    controlledClock();
    await finished(consume(agent.chunks(100), 50));
    const labels = `{${METHOD}"chunks",status="success"}`;
    const sum = `agent_duration_seconds_sum${labels}`;
    // 100 items of 10 ms each, while the consumer took 5 seconds.
    expect(await value('agent_duration_seconds', sum)).toBeCloseTo(1, 6);
    const first = 'agent_time_to_first_item_seconds';
    expect(await value(first, `${first}_sum${labels}`)).toBeCloseTo(0.01, 6);
    expect(await value('agent_items_total', 'agent_items_total')).toBe(100);
  });

  test('the time of a stream is that of an Observable, without that of a slow subscriber', async () => {
    const { agent, value } = await writer();
    controlledClock();
    agent.pushed(100).subscribe(() => vi.advanceTimersByTime(50));
    const labels = `{${METHOD}"pushed",status="success"}`;
    const sum = `agent_duration_seconds_sum${labels}`;
    expect(await value('agent_duration_seconds', sum)).toBeCloseTo(1, 6);
    const first = 'agent_time_to_first_item_seconds';
    expect(await value(first, `${first}_sum${labels}`)).toBeCloseTo(0.01, 6);
  });

  test('the time of a stream goes on while several items are asked for at once', async () => {
    const { agent, value } = await writer();
    controlledClock();
    const items = agent.chunks(2);
    await finished(Promise.all([items.next(), items.next(), items.next()]));
    const sum = `agent_duration_seconds_sum{${METHOD}"chunks",status="success"}`;
    expect(await value('agent_duration_seconds', sum)).toBeCloseTo(0.02, 6);
  });

  test('the time of a stream is that of an iterable of an SDK, from its first item on', async () => {
    const { agent, value, metric } = await writer();
    controlledClock();
    const stream = await agent.sdk(10);
    expect(stream).toBeInstanceOf(SdkStream);
    expect(await metric('agent_executions_total')).toEqual([]);
    await finished(consume(stream, 50));
    const sum = `agent_duration_seconds_sum{${METHOD}"sdk",status="success"}`;
    expect(await value('agent_duration_seconds', sum)).toBeCloseTo(0.1, 6);
    expect(await value('agent_items_total', 'agent_items_total')).toBe(10);
  });
});

describe('a stream', () => {
  test('a stream is cancelled when its consumer breaks off', async () => {
    const { agent, metric } = await writer();
    for await (const _ of agent.chunks(5, 0)) break;
    expect(await metric('agent_executions_total')).toEqual([
      `agent_executions_total{${METHOD}"chunks",status="cancelled"} 1`,
    ]);
    expect(await metric('agent_items_total')).toEqual([
      `agent_items_total{${METHOD}"chunks",status="cancelled"} 1`,
    ]);
  });

  test('a stream is cancelled when its subscriber leaves', async () => {
    const { agent, metric } = await writer();
    const subscription = agent.open().subscribe();
    agent.subject.next(1);
    agent.subject.next(2);
    subscription.unsubscribe();
    expect(await metric('agent_executions_total')).toEqual([
      `agent_executions_total{${METHOD}"open",status="cancelled"} 1`,
    ]);
    expect(await metric('agent_items_total')).toEqual([
      `agent_items_total{${METHOD}"open",status="cancelled"} 2`,
    ]);
  });

  test('a stream has succeeded when its consumer took the first item only', async () => {
    const { agent, metric } = await writer();
    const first = firstValueFrom(agent.open());
    agent.subject.next(7);
    expect(await first).toBe(7);
    expect(await metric('agent_executions_total')).toEqual([
      `agent_executions_total{${METHOD}"open",status="success"} 1`,
    ]);
  });

  test('a stream that fails has given the items before', async () => {
    const { agent, metric } = await writer();
    await expect(consume(agent.chunks(13, 0), 0)).rejects.toThrow('unlucky');
    expect(await metric('agent_items_total')).toEqual([
      'agent_items_total{agent="Writer",error_type="RangeError",method="chunks",status="error"} 13',
    ]);
  });

  test('a stream is not what a plain result is', async () => {
    const { agent, metric } = await writer();
    expect(await agent.plain()).toBe('no stream');
    expect(await metric('agent_items_total')).toEqual([]);
    expect(await metric('agent_time_to_first_item_seconds')).toEqual([]);
    expect(await metric('agent_executions_total')).toEqual([
      `agent_executions_total{${METHOD}"plain",outcome="success",status="success"} 1`,
    ]);
  });
});

describe('@InFlight()', () => {
  test('@InFlight() shows how many calls run, and the age of the oldest', async () => {
    const { agent, metric } = await writer();
    controlledClock();
    let end = () => {};
    const hanging = agent.hang(new Promise((resolve) => (end = resolve)));
    await vi.advanceTimersByTimeAsync(40_000);
    const other = agent.hang(sleep(60_000) as Promise<void>);
    await vi.advanceTimersByTimeAsync(20_000);
    const labels = `{${METHOD}"hang",tier="gold"}`;
    expect(await metric('agent_in_flight')).toEqual([
      `agent_in_flight${labels} 2`,
    ]);
    expect(await metric('agent_in_flight_oldest_seconds')).toEqual([
      `agent_in_flight_oldest_seconds${labels} 60`,
    ]);
    end();
    await hanging;
    expect(await metric('agent_in_flight_oldest_seconds')).toEqual([
      `agent_in_flight_oldest_seconds${labels} 20`,
    ]);
    await finished(other);
    expect(await metric('agent_in_flight')).toEqual([
      `agent_in_flight${labels} 0`,
    ]);
    expect(await metric('agent_in_flight_oldest_seconds')).toEqual([
      `agent_in_flight_oldest_seconds${labels} 0`,
    ]);
  });

  test('@InFlight() shows a stream while it is consumed', async () => {
    const { agent, metric } = await writer();
    const inFlight = async () => (await metric('agent_in_flight'))[0];
    const items = agent.chunks(2, 0);
    expect(await inFlight()).toMatch(/ 0$/);
    await items.next();
    expect(await inFlight()).toMatch(/ 1$/);
    await items.return(undefined);
    expect(await inFlight()).toMatch(/ 0$/);
  });

  test.each(Object.keys(ENDLESS) as (keyof typeof ENDLESS)[])(
    '@InFlight() forgets a stream that its consumer drops, and keeps nothing of it alive: %s',
    async (kind) => {
      const { agent, metric } = await writer();
      const before = usedHeap();
      for (let i = 0; i < 2_000; i++) {
        await begin(
          agent.endless(
            kind,
            Array.from({ length: 10_000 }, () => i),
          ),
        );
        if (i === 0)
          expect((await metric('agent_in_flight'))[0]).toMatch(/ 1$/);
      }
      await waitFor(async () => {
        usedHeap();
        await sleep(1);
        const samples = [
          ...(await metric('agent_in_flight')),
          ...(await metric('agent_in_flight_oldest_seconds')),
        ];
        return samples.length === 2 && samples.every((s) => s.endsWith(' 0'));
      }, 'the gauges to come back');
      // Of 160 MB.
      expect(usedHeap() - before).toBeLessThan(16e6);
    },
  );

  test('@InFlight() still shows a stream that is in use', async () => {
    const { agent, metric } = await writer();
    const items = agent.endless('generator', []) as Generator<number>;
    items.next();
    for (let i = 0; i < 3; i++) {
      usedHeap();
      await sleep(1);
    }
    expect((await metric('agent_in_flight'))[0]).toMatch(/ 1$/);
    items.return(undefined);
    expect((await metric('agent_in_flight'))[0]).toMatch(/ 0$/);
  });

  test('@InFlight() shows running calls again after the metrics were cleared', async () => {
    const { agent, collector, metric } = await writer();
    await agent.hang(Promise.resolve());
    collector.clearMetrics();
    expect(await metric('agent_in_flight')).toEqual([]);
    let end = () => {};
    const hanging = agent.hang(new Promise((resolve) => (end = resolve)));
    expect(await metric('agent_in_flight')).toEqual([
      `agent_in_flight{${METHOD}"hang",tier="gold"} 1`,
    ]);
    end();
    await hanging;
  });
});

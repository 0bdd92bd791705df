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
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
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
  const metrics = metricsOf(app);
  return {
    agent: app.get(WriterAgent),
    collector: app.get(PrometheusCollector),
    metrics,
    /** The value of a gauge that is read through a callback. */
    gauge: async (name: string, labels = {}) => {
      await metrics.refresh();
      return metrics.value(name, labels);
    },
  };
}

/** A clock and timers that go on when the test says so. */
function controlledClock() {
  vi.useFakeTimers({ toFake: ['hrtime', 'setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

const DURATION = 'agent_duration_seconds';
const EXECUTIONS = 'agent_executions_total';
const ITEMS = 'agent_items_total';
const FIRST = 'agent_time_to_first_item_seconds';
const OLDEST = 'agent_in_flight_oldest_seconds';

async function consume(items: AsyncIterable<unknown>, milliseconds: number) {
  for await (const _ of items) await sleep(milliseconds);
}

async function finished(work: Promise<unknown>) {
  await vi.runAllTimersAsync();
  await work;
}

describe('the time of a stream', () => {
  test('the time of a stream is that of the agent, without that of a slow consumer', async () => {
    const { agent, metrics } = await writer();
    controlledClock();
    await finished(consume(agent.chunks(100), 50));
    const labels = { method: 'chunks', status: 'success' };
    // 100 items of 10 ms each, while the consumer took 5 seconds.
    expect(metrics.histogram(DURATION, labels).sum).toBeCloseTo(1, 6);
    expect(metrics.histogram(FIRST, labels).sum).toBeCloseTo(0.01, 6);
    expect(metrics).toHaveMetric(ITEMS, 100);
  });

  test('the time of a stream is that of an Observable, without that of a slow subscriber', async () => {
    const { agent, metrics } = await writer();
    controlledClock();
    agent.pushed(100).subscribe(() => vi.advanceTimersByTime(50));
    const labels = { method: 'pushed', status: 'success' };
    expect(metrics.histogram(DURATION, labels).sum).toBeCloseTo(1, 6);
    expect(metrics.histogram(FIRST, labels).sum).toBeCloseTo(0.01, 6);
  });

  test('the time of a stream goes on while several items are asked for at once', async () => {
    const { agent, metrics } = await writer();
    controlledClock();
    const items = agent.chunks(2);
    await finished(Promise.all([items.next(), items.next(), items.next()]));
    expect(metrics.histogram(DURATION).sum).toBeCloseTo(0.02, 6);
  });

  test('the time of a stream is that of an iterable of an SDK, from its first item on', async () => {
    const { agent, metrics } = await writer();
    controlledClock();
    const stream = await agent.sdk(10);
    expect(stream).toBeInstanceOf(SdkStream);
    expect(metrics).not.toHaveMetric(EXECUTIONS);
    await finished(consume(stream, 50));
    expect(metrics.histogram(DURATION).sum).toBeCloseTo(0.1, 6);
    expect(metrics).toHaveMetric(ITEMS, { method: 'sdk' }, 10);
  });
});

describe('a stream', () => {
  test('a stream is cancelled when its consumer breaks off', async () => {
    const { agent, metrics } = await writer();
    for await (const _ of agent.chunks(5, 0)) break;
    const labels = { agent: 'Writer', method: 'chunks', status: 'cancelled' };
    expect(metrics.series(EXECUTIONS)).toEqual([{ labels, value: 1 }]);
    expect(metrics.series(ITEMS)).toEqual([{ labels, value: 1 }]);
  });

  test('a stream is cancelled when its subscriber leaves', async () => {
    const { agent, metrics } = await writer();
    const subscription = agent.open().subscribe();
    agent.subject.next(1);
    agent.subject.next(2);
    subscription.unsubscribe();
    const labels = { agent: 'Writer', method: 'open', status: 'cancelled' };
    expect(metrics.series(EXECUTIONS)).toEqual([{ labels, value: 1 }]);
    expect(metrics.series(ITEMS)).toEqual([{ labels, value: 2 }]);
  });

  test('a stream has succeeded when its consumer took the first item only', async () => {
    const { agent, metrics } = await writer();
    const first = firstValueFrom(agent.open());
    agent.subject.next(7);
    expect(await first).toBe(7);
    const labels = { agent: 'Writer', method: 'open', status: 'success' };
    expect(metrics.series(EXECUTIONS)).toEqual([{ labels, value: 1 }]);
  });

  test('a stream that fails has given the items before', async () => {
    const { agent, metrics } = await writer();
    await expect(consume(agent.chunks(13, 0), 0)).rejects.toThrow('unlucky');
    const failed = { error_type: 'RangeError', status: 'error' };
    expect(metrics).toHaveMetric(ITEMS, failed, 13);
    expect(metrics).toHaveMetric(ITEMS, 13);
  });

  test('a stream is not what a plain result is', async () => {
    const { agent, metrics } = await writer();
    expect(await agent.plain()).toBe('no stream');
    expect(metrics).not.toHaveMetric(ITEMS);
    expect(metrics).not.toHaveMetric(FIRST);
    const labels = { method: 'plain', outcome: 'success', status: 'success' };
    expect(metrics).toHaveMetric(EXECUTIONS, labels, 1);
  });
});

describe('@InFlight()', () => {
  test('@InFlight() shows how many calls run, and the age of the oldest', async () => {
    const { agent, gauge } = await writer();
    controlledClock();
    let end = () => {};
    const hanging = agent.hang(new Promise((resolve) => (end = resolve)));
    await vi.advanceTimersByTimeAsync(40_000);
    const other = agent.hang(sleep(60_000) as Promise<void>);
    await vi.advanceTimersByTimeAsync(20_000);
    const labels = { agent: 'Writer', method: 'hang', tier: 'gold' };
    expect(await gauge('agent_in_flight', labels)).toBe(2);
    expect(await gauge(OLDEST, labels)).toBe(60);
    end();
    await hanging;
    expect(await gauge(OLDEST, labels)).toBe(20);
    await finished(other);
    expect(await gauge('agent_in_flight', labels)).toBe(0);
    expect(await gauge(OLDEST, labels)).toBe(0);
  });

  test('@InFlight() shows a stream while it is consumed', async () => {
    const { agent, gauge } = await writer();
    const inFlight = () => gauge('agent_in_flight');
    const items = agent.chunks(2, 0);
    expect(await inFlight()).toBe(0);
    await items.next();
    expect(await inFlight()).toBe(1);
    await items.return(undefined);
    expect(await inFlight()).toBe(0);
  });

  test.each(Object.keys(ENDLESS) as (keyof typeof ENDLESS)[])(
    '@InFlight() forgets a stream that its consumer drops, and keeps nothing of it alive: %s',
    async (kind) => {
      const { agent, gauge } = await writer();
      const held = [agent.endless(kind, [])];
      await begin(held[0]);
      expect(await gauge('agent_in_flight')).toBe(1);
      held.length = 0;
      const before = usedHeap();
      for (let i = 0; i < 2_000; i++) {
        await begin(
          agent.endless(
            kind,
            Array.from({ length: 10_000 }, () => i),
          ),
        );
      }
      await waitFor(async () => {
        usedHeap();
        await sleep(1);
        const running = await gauge('agent_in_flight');
        return running === 0 && (await gauge(OLDEST)) === 0;
      }, 'the gauges to come back');
      // Of 160 MB.
      expect(usedHeap() - before).toBeLessThan(16e6);
    },
  );

  test('@InFlight() still shows a stream that is in use', async () => {
    const { agent, gauge } = await writer();
    const items = agent.endless('generator', []) as Generator<number>;
    items.next();
    for (let i = 0; i < 3; i++) {
      usedHeap();
      await sleep(1);
    }
    expect(await gauge('agent_in_flight')).toBe(1);
    items.return(undefined);
    expect(await gauge('agent_in_flight')).toBe(0);
  });

  test('@InFlight() shows running calls again after the metrics were cleared', async () => {
    const { agent, collector, metrics, gauge } = await writer();
    await agent.hang(Promise.resolve());
    collector.clearMetrics();
    await metrics.refresh();
    expect(metrics).not.toHaveMetric('agent_in_flight');
    let end = () => {};
    const hanging = agent.hang(new Promise((resolve) => (end = resolve)));
    const labels = { agent: 'Writer', method: 'hang', tier: 'gold' };
    expect(await gauge('agent_in_flight', labels)).toBe(1);
    end();
    await hanging;
  });
});

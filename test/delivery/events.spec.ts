import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MAX_WAITING } from '../../src/delivery/event-feed.js';
import {
  ExportError,
  type MetricEvent,
  MetricType,
  type PrometheusCollector,
} from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';
import { waitFor } from '../support/http.js';

/** What was heard, in order. */
async function hearing(
  collector: PrometheusCollector,
  eventTypes?: readonly MetricType[],
) {
  const heard: MetricEvent[] = [];
  await collector.addExporter({
    name: 'ears',
    ...(eventTypes && { eventTypes }),
    receive: (events) => void heard.push(...events),
  });
  await collector.initialize();
  return heard;
}

const told = ({ name, type, value, labels }: MetricEvent) => [
  name,
  type,
  value,
  labels,
];

/** Lets immediates run that were asked for before. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Pages differ in the order of their metrics. */
const sorted = (page: string) => page.split('\n').sort();

describe('events', () => {
  it('tell of what is recorded, by whichever way', async () => {
    const { collector } = makeCollector({ namespace: 'app' });
    const heard = await hearing(collector);
    collector.counter('calls_total').inc({ agent: 'A' }, 2);
    collector.counter('calls_total').labels({ agent: 'A' }).inc();
    const gauge = collector.gauge('sessions', { unit: 'count' });
    gauge.set(5);
    gauge.dec();
    gauge.labels({ kind: 'x' }).inc(3);
    collector.histogram('sizes').observe(7);
    collector.timer('runs').labels({}).observe(0.5);
    collector.record({ name: 'e', type: MetricType.COUNTER, value: 1 });
    await waitFor(() => heard.length === 8, 'all events');
    expect(heard.map(told)).toEqual([
      ['app_calls_total', 'counter', 2, { agent: 'A' }],
      ['app_calls_total', 'counter', 1, { agent: 'A' }],
      ['app_sessions', 'gauge', 5, {}],
      ['app_sessions', 'gauge', 4, {}],
      ['app_sessions', 'gauge', 3, { kind: 'x' }],
      ['app_sizes', 'histogram', 7, {}],
      ['app_runs', 'timer', 0.5, {}],
      ['app_e', 'counter', 1, {}],
    ]);
    expect(heard[2]!.unit).toBe('count');
  });

  it('make the same page again when they are recorded elsewhere', async () => {
    const step = fc.record({
      type: fc.constantFrom(...Object.values(MetricType)),
      labels: fc.dictionary(
        fc.constantFrom('a', 'b'),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
      value: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { collector } = makeCollector({
          namespace: 'app',
          defaultLabels: { region: 'eu' },
          maxSeriesPerMetric: 5,
        });
        const events: MetricEvent[] = [];
        const listening = collector.events$.subscribe((event) =>
          events.push(event),
        );
        for (const { type, labels, value } of steps) {
          collector.record({ name: type, type, labels, value });
        }
        const { collector: twin } = makeCollector();
        await waitFor(() => events.length === steps.length, 'all events');
        listening.unsubscribe();
        for (const event of events) twin.record(event);
        const page = (await collector.metrics()).replace(
          /^.*metrics_overflows_total.*\n/gm,
          '',
        );
        expect(sorted(await twin.metrics())).toEqual(sorted(page));
      }),
      { numRuns: 50 },
    );
  });

  it('come after the code that has recorded has gone on', async () => {
    const { collector } = makeCollector();
    const heard = await hearing(collector);
    collector.counter('calls_total').inc();
    expect(heard).toEqual([]);
    await nextTurn();
    await waitFor(() => heard.length === 1, 'the event');
  });

  it('are of the types that are wanted only', async () => {
    const { collector } = makeCollector();
    const heard = await hearing(collector, [MetricType.TIMER]);
    collector.counter('c').inc();
    collector.gauge('g').set(1);
    collector.histogram('h').observe(1);
    collector.timer('t').observe(1);
    await waitFor(() => heard.length > 0, 'an event');
    expect(heard.map(({ name }) => name)).toEqual(['t']);
  });

  it('are those of metrics that are known before, too', async () => {
    const { collector } = makeCollector();
    const series = collector.counter('calls_total').labels({ a: 'b' });
    series.inc();
    const heard = await hearing(collector);
    series.inc(3);
    await waitFor(() => heard.length > 0, 'an event');
    expect(heard.map(told)).toEqual([
      ['calls_total', 'counter', 3, { a: 'b' }],
    ]);
  });

  it('are not made of metrics that a filter denies, and have the labels that filters leave', async () => {
    const { collector } = makeCollector({
      filters: [
        { metrics: 'denied', deny: true },
        { metrics: 'calls_total', dropLabels: ['user'] },
      ],
    });
    const heard = await hearing(collector);
    collector.counter('denied').inc();
    collector.counter('calls_total').inc({ agent: 'A', user: 'u' });
    await waitFor(() => heard.length > 0, 'an event');
    expect(heard.map(told)).toEqual([
      ['calls_total', 'counter', 1, { agent: 'A' }],
    ]);
  });

  it('are not made of gauges that are read through a callback', async () => {
    const { collector } = makeCollector();
    const heard = await hearing(collector);
    collector.gauge('queue_length', { collect: () => 7 });
    expect(await samples(collector, 'queue_length')).toEqual([
      'queue_length 7',
    ]);
    collector.gauge('other').set(1);
    await waitFor(() => heard.length > 0, 'an event');
    expect(heard.map(({ name }) => name)).toEqual(['other']);
  });

  it('are not made of the metrics about the metrics, of which each delivery would make more', async () => {
    const { collector } = makeCollector();
    const heard = await hearing(collector);
    collector.reportError('test', new Error('once'));
    collector.counter('calls_total').inc();
    await waitFor(() => heard.length > 0, 'an event');
    for (let i = 0; i < 20; i++) await nextTurn();
    expect(heard.map(({ name }) => name)).toEqual(['calls_total']);
    expect(await samples(collector, 'metrics_exports_total')).toContain(
      'metrics_exports_total{exporter="ears",status="success"} 1',
    );
  });
});

describe('an exporter that receives events', () => {
  it('gets those that came before the collector was initialized', async () => {
    const { collector } = makeCollector();
    const heard: MetricEvent[] = [];
    await collector.addExporter({
      name: 'ears',
      receive: (events) => void heard.push(...events),
    });
    collector.counter('early_total').inc();
    await nextTurn();
    expect(heard).toEqual([]);
    await collector.initialize();
    await waitFor(() => heard.length === 1, 'the event');
  });

  it('gets the same events again, in order, when it has failed', async () => {
    const { collector } = makeCollector();
    const calls: number[][] = [];
    await collector.addExporter({
      name: 'ears',
      receive: async (events) => {
        calls.push(events.map(({ value }) => value));
        if (calls.length < 3) throw new Error('away');
      },
    });
    await collector.initialize();
    collector.counter('c').inc(1);
    collector.counter('c').inc(2);
    await waitFor(() => calls.length === 1, 'the first try');
    collector.counter('c').inc(3);
    await waitFor(() => calls.length === 3, 'the third try');
    expect(calls).toEqual([
      [1, 2],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    collector.counter('c').inc(4);
    await waitFor(() => calls.length === 4, 'another event');
    expect(calls[3]).toEqual([4]);
  });

  it('loses what it has refused for good, which is counted', async () => {
    const { collector, warnings } = makeCollector();
    let calls = 0;
    await collector.addExporter({
      name: 'ears',
      receive: () => {
        if (++calls === 1)
          throw new ExportError('malformed', { retryable: false });
      },
    });
    await collector.initialize();
    collector.counter('c').inc();
    await waitFor(() => calls === 1, 'the refusal');
    collector.counter('c').inc();
    await waitFor(() => calls === 2, 'the next events');
    expect(await samples(collector, 'metrics_export_dropped_total')).toEqual([
      'metrics_export_dropped_total{exporter="ears"} 1',
    ]);
    expect(warnings.join('\n')).toContain('they were refused');
  });

  it('that hangs or fails costs a bounded number of events, and nobody else any', async () => {
    const { collector, warnings } = makeCollector();
    let received = 0;
    let fail = true;
    await collector.addExporter({
      name: 'failing',
      receive: async (events) => {
        if (fail) throw new Error('away');
        received += events.length;
      },
    });
    const heard = await hearing(collector);
    const counter = collector.counter('c');
    for (let i = 0; i < MAX_WAITING + 5_000; i++) {
      counter.inc();
      if (i % 1_000 === 0) await nextTurn();
    }
    await waitFor(() => heard.length === MAX_WAITING + 5_000, 'all events');
    const queue = 'metrics_export_queue_length';
    expect(await samples(collector, queue)).toContain(
      `${queue}{exporter="failing"} ${MAX_WAITING}`,
    );
    fail = false;
    await collector.flush(20_000);
    expect(received).toBe(MAX_WAITING);
    await waitFor(
      async () =>
        (await samples(collector, 'metrics_export_dropped_total')).includes(
          'metrics_export_dropped_total{exporter="failing"} 5000',
        ),
      'the count of dropped events',
    );
    expect(warnings.join('\n')).toContain('10000 events are waiting already');
  });

  it('and has exports gets all events before the last of them', async () => {
    const { collector } = makeCollector();
    const order: string[] = [];
    await collector.addExporter({
      name: 'both',
      interval: false,
      receive: (events) => void order.push(`${events.length} events`),
      export: () => void order.push('export'),
    });
    await collector.initialize();
    collector.counter('c').inc();
    await collector.flush();
    expect(order).toEqual(['1 events', 'export']);
  });

  it('and has exports has delivered when its exports have', async () => {
    const { collector } = makeCollector();
    const seen: number[] = [];
    await collector.addExporter({
      name: 'both',
      interval: false,
      receive: (events) => void seen.push(events.length),
      export: () => Promise.reject(new Error('away')),
    });
    await collector.initialize();
    await collector.flush(10).catch(() => {});
    collector.counter('c').inc();
    await waitFor(() => seen.length === 1, 'the event');
    const { checks } = await collector.healthCheck();
    expect(checks['exporter:both']).toEqual({ status: 'down' });
    expect(await samples(collector, 'metrics_exports_total')).toContain(
      'metrics_exports_total{exporter="both",status="success"} 0',
    );
  });
});

describe('events$', () => {
  it('gives each subscriber the events from then on', async () => {
    const { collector } = makeCollector();
    const [first, second]: [number[], number[]] = [[], []];
    const one = collector.events$.subscribe(({ value }) => first.push(value));
    collector.counter('c').inc(1);
    await waitFor(() => first.length === 1, 'the first event');
    const two = collector.events$.subscribe(({ value }) => second.push(value));
    collector.counter('c').inc(2);
    await waitFor(() => second.length === 1, 'the second event');
    one.unsubscribe();
    collector.counter('c').inc(3);
    await waitFor(() => second.length === 2, 'the third event');
    two.unsubscribe();
    collector.counter('c').inc(4);
    await nextTurn();
    expect([first, second]).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('has no event made while nobody subscribes', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('c');
    const tapped = () =>
      (counter as unknown as { family: { tap: unknown } }).family.tap;
    expect(tapped()).toBeUndefined();
    const listening = collector.events$.subscribe();
    expect(tapped()).toBeDefined();
    listening.unsubscribe();
    expect(tapped()).toBeUndefined();
  });

  it('can be slowed down by a subscriber in no way that recording would notice', async () => {
    const { collector } = makeCollector();
    let seen = 0;
    const listening = collector.events$.subscribe(() => {
      seen++;
      collector.gauge('seen').set(1);
    });
    onTestFinished(() => listening.unsubscribe());
    collector.counter('c').inc();
    await waitFor(() => seen > 100, 'events that make events');
    // The app still has its turns.
    await nextTurn();
  });
});

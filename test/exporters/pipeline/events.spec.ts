import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RecordingFanout } from '../../../src/exporters/pipeline/recording-fanout.js';
import { type MetricEvent, MetricType } from '../../../src/index.js';
import { makeCollector, samples } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { nextTurn } from '../../support/next-turn.js';
import { receivedEvents } from './receiving.js';

const fieldsOf = ({ name, type, value, labels }: MetricEvent) => [
  name,
  type,
  value,
  labels,
];

/** Pages differ in the order of their metrics. */
const sorted = (page: string) => page.split('\n').sort();

describe('events', () => {
  it('each way of recording makes an event', async () => {
    const { collector } = makeCollector({ namespace: 'app' });
    const received = await receivedEvents(collector);
    collector.counter('calls_total').inc({ agent: 'A' }, 2);
    collector.counter('calls_total').labels({ agent: 'A' }).inc();
    const gauge = collector.gauge('sessions', { unit: 'count' });
    gauge.set(5);
    gauge.dec();
    gauge.labels({ kind: 'x' }).inc(3);
    collector.histogram('sizes').observe(7);
    collector.timer('runs').labels({}).observe(0.5);
    collector.record({ name: 'e', type: MetricType.COUNTER, value: 1 });
    await waitFor(() => received.length === 8, 'all events');
    expect(received.map(fieldsOf)).toEqual([
      ['app_calls_total', 'counter', 2, { agent: 'A' }],
      ['app_calls_total', 'counter', 1, { agent: 'A' }],
      ['app_sessions', 'gauge', 5, {}],
      ['app_sessions', 'gauge', 4, {}],
      ['app_sessions', 'gauge', 3, { kind: 'x' }],
      ['app_sizes', 'histogram', 7, {}],
      ['app_runs', 'timer', 0.5, {}],
      ['app_e', 'counter', 1, {}],
    ]);
    expect(received[2]!.unit).toBe('count');
  });

  it('events that are recorded in another collector make the same page', async () => {
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
      { numRuns: 25 },
    );
  });

  it('events come after the recording code has gone on', async () => {
    const { collector } = makeCollector();
    const received = await receivedEvents(collector);
    collector.counter('calls_total').inc();
    expect(received).toEqual([]);
    await nextTurn();
    await waitFor(() => received.length === 1, 'the event');
  });

  it('events are made only for the wanted types', async () => {
    const { collector } = makeCollector();
    const received = await receivedEvents(collector, [MetricType.TIMER]);
    collector.counter('c').inc();
    collector.gauge('g').set(1);
    collector.histogram('h').observe(1);
    collector.timer('t').observe(1);
    await waitFor(() => received.length > 0, 'an event');
    expect(received.map(({ name }) => name)).toEqual(['t']);
  });

  it('metrics that existed before make events too', async () => {
    const { collector } = makeCollector();
    const series = collector.counter('calls_total').labels({ a: 'b' });
    series.inc();
    const received = await receivedEvents(collector);
    series.inc(3);
    await waitFor(() => received.length > 0, 'an event');
    expect(received.map(fieldsOf)).toEqual([
      ['calls_total', 'counter', 3, { a: 'b' }],
    ]);
  });

  it('denied metrics make no events, and events have the labels that filters leave', async () => {
    const { collector } = makeCollector({
      filters: [
        { metrics: 'denied', deny: true },
        { metrics: 'calls_total', dropLabels: ['user'] },
      ],
    });
    const received = await receivedEvents(collector);
    collector.counter('denied').inc();
    collector.counter('calls_total').inc({ agent: 'A', user: 'u' });
    await waitFor(() => received.length > 0, 'an event');
    expect(received.map(fieldsOf)).toEqual([
      ['calls_total', 'counter', 1, { agent: 'A' }],
    ]);
  });

  it('gauges that are read through a callback make no events', async () => {
    const { collector } = makeCollector();
    const received = await receivedEvents(collector);
    collector.gauge('queue_length', { collect: () => 7 });
    expect(await samples(collector, 'queue_length')).toEqual([
      'queue_length 7',
    ]);
    collector.gauge('other').set(1);
    await waitFor(() => received.length > 0, 'an event');
    expect(received.map(({ name }) => name)).toEqual(['other']);
  });

  it('metrics about the metrics make no events, because each delivery would make more', async () => {
    const { collector } = makeCollector();
    const received = await receivedEvents(collector);
    collector.reportError('test', new Error('once'));
    collector.counter('calls_total').inc();
    await waitFor(() => received.length > 0, 'an event');
    for (let i = 0; i < 20; i++) await nextTurn();
    expect(received.map(({ name }) => name)).toEqual(['calls_total']);
    expect(await samples(collector, 'metrics_exports_total')).toContain(
      'metrics_exports_total{exporter="ears",status="success"} 1',
    );
  });
});

describe('events$', () => {
  it('events$ gives each subscriber the events from its subscription on', async () => {
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

  it('events$ makes no events without subscribers', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('c');
    const recorded = vi.spyOn(RecordingFanout.prototype, 'recorded');
    onTestFinished(() => recorded.mockRestore());
    counter.inc();
    expect(recorded).not.toHaveBeenCalled();
    const listening = collector.events$.subscribe();
    counter.inc();
    expect(recorded).toHaveBeenCalledTimes(1);
    listening.unsubscribe();
    counter.inc();
    expect(recorded).toHaveBeenCalledTimes(1);
  });

  it('a slow subscriber of events$ does not slow down recording', async () => {
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

import { describe, expect, it } from 'vitest';
import { ExportError, type MetricEvent } from '../../../src/index.js';
import { makeCollector, samples } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { nextTurn } from '../../support/next-turn.js';
import { expectDropped, receivedEvents } from './receiving.js';

/** So many events may wait by default. */
const MAX_WAITING = 10_000;

describe('an exporter that receives events', () => {
  it('an exporter receives the events from before the collector was initialized', async () => {
    const { collector } = makeCollector();
    const received: MetricEvent[] = [];
    await collector.addExporter({
      name: 'ears',
      receive: (events) => void received.push(...events),
    });
    collector.counter('early_total').inc();
    await nextTurn();
    expect(received).toEqual([]);
    await collector.initialize();
    await waitFor(() => received.length === 1, 'the event');
  });

  it('an exporter that failed receives the same events again, in order', async () => {
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

  it('events that an exporter refuses for good are dropped and counted', async () => {
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

  it('an exporter that hangs or fails loses a bounded number of events, and no other exporter loses any', async () => {
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
    const events = await receivedEvents(collector);
    const counter = collector.counter('c');
    for (let i = 0; i < MAX_WAITING + 5_000; i++) {
      counter.inc();
      if (i % 1_000 === 0) await nextTurn();
    }
    await waitFor(() => events.length === MAX_WAITING + 5_000, 'all events');
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

  it('an exporter with receive() and export() receives all events before its last export', async () => {
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

  it('an exporter with receive() and export() has delivered when its exports have', async () => {
    const { collector } = makeCollector({ flushTimeout: 10 });
    const seen: number[] = [];
    await collector.addExporter({
      name: 'both',
      interval: false,
      receive: (events) => void seen.push(events.length),
      export: () => Promise.reject(new Error('away')),
    });
    await collector.initialize();
    await collector.flush().catch(() => {});
    collector.counter('c').inc();
    await waitFor(() => seen.length === 1, 'the event');
    const { checks } = await collector.healthCheck();
    expect(checks['exporter:both']).toEqual({ status: 'down' });
    expect(await samples(collector, 'metrics_exports_total')).toContain(
      'metrics_exports_total{exporter="both",status="success"} 0',
    );
  });
});

describe('an exporter that receives events and has exports', () => {
  const both = (receive: () => void) => ({
    name: 'both',
    interval: false as const,
    exported: 0,
    receive,
    export() {
      this.exported++;
    },
  });

  it('an exporter that cannot receive still exports, and both show in metrics and health', async () => {
    const { collector } = makeCollector({ flushTimeout: 50 });
    const exporter = both(() => {
      throw new Error('too much');
    });
    await collector.addExporter(exporter);
    await collector.initialize();
    collector.counter('c').inc();
    await expect(collector.flush()).rejects.toThrow(/too much/);
    expect(exporter.exported).toBe(1);
    const { checks } = await collector.healthCheck();
    expect(checks['exporter:both']).toEqual({ status: 'down' });
    const counts = await samples(collector, 'metrics_exports_total');
    expect(counts).toContain(
      'metrics_exports_total{exporter="both",status="success"} 1',
    );
    expect(counts).not.toContain(
      'metrics_exports_total{exporter="both",status="error"} 0',
    );
  });

  it('the queue length includes the events that an exporter keeps', async () => {
    const { collector } = makeCollector();
    const exporter = Object.assign(
      both(() => {}),
      { waiting: 7 },
    );
    await collector.addExporter(exporter);
    expect(await samples(collector, 'metrics_export_queue_length')).toContain(
      'metrics_export_queue_length{exporter="both"} 7',
    );
  });
});

describe('the queue of an exporter', () => {
  it('the queue of an exporter holds maxQueueSize events', async () => {
    const { collector } = makeCollector();
    await collector.addExporter({
      name: 'ears',
      maxQueueSize: 5,
      receive: () => {},
    });
    for (let i = 0; i < 8; i++) collector.counter('c').inc();
    await collector.initialize();
    await waitFor(
      async () =>
        (await samples(collector, 'metrics_export_dropped_total')).includes(
          'metrics_export_dropped_total{exporter="ears"} 3',
        ),
      'the count of dropped events',
    );
  });

  it('events in the queue of a removed exporter are counted as dropped', async () => {
    const { collector } = makeCollector({ flushTimeout: 10 });
    const remove = await collector.addExporter({
      name: 'ears',
      receive: () => Promise.reject(new Error('away')),
    });
    await collector.initialize();
    for (let i = 0; i < 8; i++) collector.counter('c').inc();
    await remove();
    await expectDropped(collector, 'ears', 8);
  });

  it('an empty queue is not delivered', async () => {
    const { collector } = makeCollector();
    const sizes: number[] = [];
    let end = () => {};
    await collector.addExporter({
      name: 'ears',
      receive: async (events) => {
        sizes.push(events.length);
        await new Promise<void>((resolve) => (end = resolve));
      },
    });
    await collector.initialize();
    collector.counter('c').inc();
    await waitFor(() => sizes.length === 1, 'the event');
    const flushed = collector.flush();
    end();
    await flushed;
    expect(sizes).toEqual([1]);
  });
});

import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tap } from 'rxjs';
import { Summary } from 'prom-client';
import {
  type MetricEvent,
  MetricType,
  type PrometheusCollector,
} from '../../../src/index.js';
import { StatsdExporter } from '../../../src/exporters/statsd/index.js';
import { receiveUdp } from '../statsd/receivers.js';
import { makeCollector } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { nextTurn } from '../../support/next-turn.js';

/** What an event says, copied while it is heard. */
const heardOf = (event: MetricEvent) => structuredClone({ ...event });
type Heard = ReturnType<typeof heardOf>;

/** Writes to everything in an event that can be written to. */
function deface(event: MetricEvent): void {
  const open = event as unknown as Record<string, unknown>;
  const labels = event.labels as Record<string, string>;
  for (const name of Object.keys(labels)) labels[name] = 'defaced';
  labels['added'] = 'by a listener';
  event.timestamp.setTime(0);
  for (const key of Object.keys(open)) open[key] = 'defaced';
}

function defaceAll(events: readonly MetricEvent[]): void {
  for (const event of events) deface(event);
  (events as MetricEvent[]).length = 0;
}

let exporters = 0;

/** Listeners of each kind, which note what they hear and then do something to it. */
const KINDS = {
  subscriber(collector, hear, act) {
    const listening = collector.events$.subscribe((event) => {
      hear(event);
      act([event]);
    });
    onTestFinished(() => listening.unsubscribe());
  },
  'subscriber with an operator': (collector, hear, act) => {
    const listening = collector.events$
      .pipe(tap((event) => act([event])))
      .subscribe();
    const subscription = collector.events$.subscribe(hear);
    onTestFinished(() => {
      listening.unsubscribe();
      subscription.unsubscribe();
    });
  },
  async exporter(collector, hear, act) {
    await collector.addExporter({
      name: `exporter-${exporters++}`,
      receive(events) {
        events.forEach(hear);
        act(events);
      },
    });
  },
  'exporter that fails at first': async (collector, hear, act) => {
    let failures = 1;
    await collector.addExporter({
      name: `exporter-${exporters++}`,
      async receive(events) {
        const isFailing = failures-- > 0;
        if (!isFailing) events.forEach(hear);
        if (isFailing) throw new Error('away');
        act(events);
      },
    });
  },
} satisfies Record<
  string,
  (
    collector: PrometheusCollector,
    hear: (event: MetricEvent) => void,
    act: (events: readonly MetricEvent[]) => void,
  ) => void | Promise<void>
>;

type Kind = keyof typeof KINDS;
const kinds = Object.keys(KINDS) as Kind[];
const FAILING = 'exporter that fails at first';

interface Listener {
  kind: Kind;
  defaces: boolean;
}

interface Step {
  type: MetricType;
  labels: Record<string, string>;
  value: number;
}

const listener = fc.record<Listener>({
  // A retry takes its time, so it is in one example only.
  kind: fc.constantFrom(...kinds.filter((kind) => kind !== FAILING)),
  defaces: fc.boolean(),
});

const RETRIED: [Listener[], Step[]] = [
  [
    { kind: 'subscriber', defaces: true },
    { kind: FAILING, defaces: false },
    { kind: FAILING, defaces: true },
    { kind: 'exporter', defaces: true },
  ],
  [{ type: MetricType.GAUGE, labels: { a: 'x' }, value: 2 }],
];

const step = fc.record<Step>({
  type: fc.constantFrom(...Object.values(MetricType)),
  labels: fc.dictionary(fc.constantFrom('a', 'b'), fc.string({ minLength: 1 })),
  value: fc.nat(),
});

/** The lines of the metrics that a page has of the steps. */
const recorded = (page: string) =>
  page
    .split('\n')
    .filter((line) => /^(counter|gauge|histogram|timer)/.test(line));

describe('an event', () => {
  it("an event belongs to one listener, and no other listener's changes show in it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(listener, { minLength: 1, maxLength: 5 }),
        fc.array(step, { minLength: 1, maxLength: 10 }),
        async (listeners, steps) => {
          const { collector } = makeCollector();
          const { collector: alone } = makeCollector();
          const heard: Heard[][] = [];
          for (const { kind, defaces } of listeners) {
            const own: Heard[] = [];
            heard.push(own);
            const hear = (event: MetricEvent) => void own.push(heardOf(event));
            await KINDS[kind](collector, hear, defaces ? defaceAll : () => {});
          }
          await collector.initialize();
          const recordings = steps.map(({ type, ...rest }) => ({
            name: type,
            type,
            ...rest,
          }));
          for (const recording of recordings) {
            collector.record(recording);
            alone.record(recording);
          }
          await collector.flush();
          await waitFor(
            () => heard.every((own) => own.length >= steps.length),
            'all events',
          );
          for (const own of heard) {
            expect(own).toEqual(heard[0]);
            expect(own).toMatchObject(recordings);
          }
          expect(recorded(await collector.metrics())).toEqual(
            recorded(await alone.metrics()),
          );
          await collector.shutdown();
        },
      ),
      { numRuns: 25, examples: [RETRIED] },
    );
  });

  it.each(kinds)(
    'events reach StatsD as they were recorded, although a listener changes its own (%s)',
    async (kind) => {
      const server = await receiveUdp();
      const { collector } = makeCollector();
      await KINDS[kind](collector, () => {}, defaceAll);
      const { port } = server;
      await collector.addExporter(
        new StatsdExporter({ host: '127.0.0.1', port, interval: false }),
      );
      await KINDS[kind](collector, () => {}, defaceAll);
      await collector.initialize();
      collector.timer('runs').observe({ agent: 'A' }, 2);
      collector.histogram('sizes').observe({ agent: 'A' }, 3);
      await nextTurn();
      await nextTurn();
      await collector.flush();
      const lines = await server.lines();
      expect(lines.filter((line) => /^(runs|sizes)/.test(line))).toEqual([
        'runs:2000|ms|#agent:A',
        'sizes:3|h|#agent:A',
      ]);
    },
  );

  it('subscribers may change their events without an error', async () => {
    const { collector } = makeCollector();
    const outcomes: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const listening = collector.events$.subscribe((event) => {
        try {
          deface(event);
          outcomes.push('changed');
        } catch (error) {
          outcomes.push(error);
        }
      });
      onTestFinished(() => listening.unsubscribe());
    }
    collector.counter('c').inc({ a: 'b' });
    await waitFor(() => outcomes.length === 2, 'the events');
    expect(outcomes).toEqual(['changed', 'changed']);
  });
});

describe('a snapshot', () => {
  it('a snapshot belongs to its reader, whose changes change no metric', async () => {
    const { collector } = makeCollector();
    collector.counter('calls_total').inc({ a: 'b' });
    collector.gauge('sessions').set({ a: 'b' }, 2);
    collector.histogram('sizes', { buckets: [1, 2] }).observe({ a: 'b' }, 1.5);
    const summary = new Summary({
      name: 'foreign',
      help: 'h',
      registers: [collector.registry],
    });
    summary.observe(1);
    const [page, before] = [await collector.metrics(), await taken(collector)];
    defaceDeep(await collector.snapshot());
    expect(await collector.metrics()).toBe(page);
    expect(await taken(collector)).toEqual(before);
  });
});

async function taken(collector: PrometheusCollector) {
  const { metrics } = await collector.snapshot();
  return structuredClone(metrics);
}

/** Empties all arrays and overwrites all texts and numbers, from the leaves up. */
function defaceDeep(value: object): void {
  for (const [key, one] of Object.entries(value)) {
    if (typeof one === 'object' && one !== null) defaceDeep(one as object);
    else Reflect.set(value, key, typeof one === 'number' ? -1 : 'defaced');
  }
  if (Array.isArray(value)) value.length = 0;
}

import { describe, expect, it } from 'vitest';
import { ExportError } from '../../../src/index.js';
import { makeCollector } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { nextTurn } from '../../support/next-turn.js';
import { expectDropped } from './receiving.js';

describe('events that are refused', () => {
  it('refused events do not keep other events and exports from being delivered at shutdown', async () => {
    const { collector } = makeCollector();
    const heard: number[] = [];
    let exports = 0;
    await collector.addExporter({
      name: 'picky',
      interval: false,
      receive: (events) => {
        if (events.some(({ value }) => value === -1)) {
          throw new ExportError('malformed', { retryable: false });
        }
        heard.push(...events.map(({ value }) => value));
      },
      export: () => void exports++,
    });
    await collector.initialize();
    const gauge = collector.gauge('g');
    for (let i = 0; i < 3_000; i++) gauge.set(i === 10 ? -1 : i);
    await collector.shutdown();
    expect(heard).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 1_000));
    expect(exports).toBe(1);
    await expectDropped(collector, 'picky', 1_000);
  });

  it('events that are refused again and again do not fill the log', async () => {
    const { collector, warnings } = makeCollector();
    let calls = 0;
    await collector.addExporter({
      name: 'picky',
      receive: () => {
        if (++calls % 2 === 0) {
          throw new ExportError('malformed', { retryable: false });
        }
      },
    });
    await collector.initialize();
    for (let i = 0; i < 20; i++) {
      collector.counter('c').inc();
      await waitFor(() => calls === i + 1, 'the event');
      await nextTurn();
    }
    // The first refusal, the loss by it, and the first delivery after it.
    expect(warnings).toHaveLength(3);
  });

  it('events that are refused again and again are delivered ever less often', async () => {
    const { collector } = makeCollector();
    let calls = 0;
    await collector.addExporter({
      name: 'picky',
      receive: () => {
        calls++;
        throw new ExportError('who are you?', { retryable: false });
      },
    });
    await collector.initialize();
    const counter = collector.counter('c');
    for (let i = 0; i < 200; i++) {
      counter.inc();
      await nextTurn();
    }
    expect(calls).toBeLessThan(5);
    await collector.flush().catch(() => {});
  });
});

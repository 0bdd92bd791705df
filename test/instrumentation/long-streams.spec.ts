import { describe, expect, test } from 'vitest';
import { AgentMetrics, type MetricEvent } from '../../src/index.js';
import { makeCollector } from '../support/collector.js';
import { heapKeptBy } from '../support/heap.js';
import { waitFor } from '../support/http.js';
import { fakeClock, metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';

const clock = fakeClock();

const REQUEST = { provider: 'acme', model: 'acme-1' };
const METRIC = 'gen_ai_client_inference_time_per_output_chunk_seconds';

/** Times of output chunks that fall into all buckets, in whole nanoseconds. */
function timesOf(count: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => Math.round(1e9 * 0.001 * 1.7 ** (i % 25)) / 1e9,
  );
}

function chunkTimes(record: (agents: AgentMetrics) => void) {
  const { collector } = makeCollector();
  record(new AgentMetrics(collector));
  return metricsOf(collector).histogram(METRIC);
}

describe('the times of the chunks of an inference', () => {
  test.each([1, 999, 1_000, 1_001, 30_000])(
    'times between chunks are recorded as if each was observed: %i chunks after the first',
    (count) => {
      const times = timesOf(count);
      const answer = { responseModel: 'acme-1-0613' };
      const streamed = chunkTimes((agents) => {
        const inference = agents.startInference(REQUEST);
        inference.chunk();
        for (const seconds of times) {
          clock.advance(seconds);
          inference.chunk();
        }
        // The model is known at the end only.
        inference.end(answer);
      });
      const observed = chunkTimes((agents) =>
        agents.recordInference({
          ...REQUEST,
          ...answer,
          seconds: 1,
          secondsPerOutputChunk: times,
        }),
      );
      expect(streamed.buckets).toEqual(observed.buckets);
      expect(streamed.sum).toBeCloseTo(observed.sum, 3);
    },
  );

  test('the times of the chunks of an inference take no more memory however many there are', async () => {
    const { collector } = makeCollector();
    const inference = new AgentMetrics(collector).startInference(REQUEST);
    const chunks = (count: number) => {
      for (let i = 0; i < count; i++) {
        clock.advance(0.001);
        inference.chunk();
      }
    };
    const kept = await heapKeptBy(() => chunks(1_000_000));
    // A number each would be 8 MB.
    expect(kept).toBeLessThan(1e6);
    inference.end();
    expect(metricsOf(collector).histogram(METRIC).count).toBe(3_999_999);
  });

  test('the times of up to 1,000 chunks are sent as events, and longer streams are logged', async () => {
    const { collector, warnings } = makeCollector();
    const events: MetricEvent[] = [];
    collector.events$.subscribe((event) => void events.push(event));
    const agents = new AgentMetrics(collector);
    for (let run = 0; run < 2; run++) {
      const inference = agents.startInference(REQUEST);
      for (let i = 0; i < 1_501; i++) inference.chunk();
      inference.end();
    }
    const ofChunks = () => events.filter(({ name }) => name === METRIC);
    await waitFor(() => ofChunks().length === 2_000, 'the events');
    const cause = { cause: 'chunk_events' };
    expect(metricsOf(collector).value('metrics_errors_total', cause)).toBe(2);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      `500 times of its chunks are in the histogram "${METRIC}"`,
    );
  });

  test('an inference with one chunk has no times between chunks', () => {
    const { collector } = makeCollector();
    const inference = new AgentMetrics(collector).startInference(REQUEST);
    inference.chunk();
    inference.end();
    expect(metricsOf(collector)).not.toHaveMetric(METRIC);
  });

  test('the times of the chunks of an inference are not recorded with an inference that is discarded', () => {
    const { collector } = makeCollector();
    const inference = new AgentMetrics(collector).startInference(REQUEST);
    for (let i = 0; i < 3_000; i++) inference.chunk();
    inference.discard();
    expect(metricsOf(collector)).not.toHaveMetric(METRIC);
  });

  test('the times of chunks are not recorded where another metric has that name', async () => {
    const { collector, warnings } = makeCollector();
    collector.counter(METRIC);
    const inference = new AgentMetrics(collector).startInference(REQUEST);
    for (let i = 0; i < 3_000; i++) inference.chunk();
    inference.end();
    expect(warnings).toHaveLength(1);
    expect(await collector.metrics()).not.toContain(`${METRIC}_count`);
  });
});

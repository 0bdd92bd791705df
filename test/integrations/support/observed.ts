import { onTestFinished, vi } from 'vitest';
import {
  AgentMetricsHandler,
  type AgentMetricsHandlerOptions,
} from '../../../src/integrations/langchain/index.js';
import { AgentMetrics } from '../../../src/index.js';
import type { AgentMetricsOptions } from '../../../src/instrumentation/gen-ai/index.js';
import { makeCollector, samplesOf } from '../../support/collector.js';

/** A handler, with what it records. Time passes only in {@link play}. */
export function observe(
  options?: AgentMetricsHandlerOptions,
  agentOptions?: AgentMetricsOptions,
) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { collector, warnings } = makeCollector();
  const metrics = new AgentMetrics(collector, agentOptions);
  const handler = new AgentMetricsHandler(metrics, options);
  /** Sums and counts of a histogram, or the samples of a counter. */
  const totals = async (metric: string) =>
    samplesOf(await collector.metrics(), metric)
      .filter((line) => !line.includes('_bucket{'))
      .map(rounded);
  return { metrics, handler, callbacks: [handler], warnings, totals };
}

/** Does some work to its end, however much time it takes. */
export async function play<T>(work: () => Promise<T>): Promise<T> {
  let isDone = false;
  const result = work().finally(() => (isDone = true));
  result.catch(() => undefined);
  for (let turn = 0; turn < 10_000 && !isDone; turn++) {
    await vi.advanceTimersByTimeAsync(1);
  }
  return result;
}

/** Without the labels that all samples of a test have, and sums of binary fractions as one would write them. */
const rounded = (line: string) =>
  line
    .replace(/gen_ai_operation_name="(invoke_agent|execute_tool)",?/, '')
    .replace(',}', '}')
    .replace(/[^ ]+$/, (value) => String(Number(Number(value).toFixed(6))));

import { expect } from 'vitest';
import type {
  MetricEvent,
  MetricType,
  PrometheusCollector,
} from '../../../src/index.js';
import { samples } from '../../support/collector.js';

/** Initializes a collector; gives the events that are heard of it, in order. */
export async function hearing(
  collector: PrometheusCollector,
  eventTypes?: readonly MetricType[],
): Promise<MetricEvent[]> {
  const heard: MetricEvent[] = [];
  await collector.addExporter({
    name: 'ears',
    ...(eventTypes && { eventTypes }),
    receive: (events) => void heard.push(...events),
  });
  await collector.initialize();
  return heard;
}

/** Lets immediates run that were asked for before. */
export const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Holds how many events the page says an exporter has lost. */
export async function expectDropped(
  collector: PrometheusCollector,
  exporter: string,
  count: number,
) {
  expect(await samples(collector, 'metrics_export_dropped_total')).toContain(
    `metrics_export_dropped_total{exporter="${exporter}"} ${count}`,
  );
}

import { expect } from 'vitest';
import type {
  MetricEvent,
  MetricType,
  PrometheusCollector,
} from '../../../src/index.js';
import { samples } from '../../support/collector.js';

/** Initializes a collector; gives the events that it then sends to exporters, in order. */
export async function receivedEvents(
  collector: PrometheusCollector,
  eventTypes?: readonly MetricType[],
): Promise<MetricEvent[]> {
  const received: MetricEvent[] = [];
  await collector.addExporter({
    name: 'ears',
    ...(eventTypes && { eventTypes }),
    receive: (events) => void received.push(...events),
  });
  await collector.initialize();
  return received;
}

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

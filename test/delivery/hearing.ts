import type {
  MetricEvent,
  MetricType,
  PrometheusCollector,
} from '../../src/index.js';

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

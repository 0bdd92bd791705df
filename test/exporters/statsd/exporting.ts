import type { MetricSnapshot } from '../../../src/exporters/snapshot.js';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import { MetricEvent } from '../../../src/model/metric-event.js';
import { MetricType } from '../../../src/model/metric-type.js';
import { snapshotOf } from '../../support/snapshots.js';
import { receiveUdp } from './receivers.js';

type Labels = Record<string, string>;

/** An exporter that has started. */
export async function started(options: StatsdOptions): Promise<StatsdExporter> {
  const exporter = new StatsdExporter(options);
  await exporter.start();
  return exporter;
}

/** A started exporter that sends to this port. */
export function startedAt(
  { port }: { port: number },
  options: StatsdOptions = {},
): Promise<StatsdExporter> {
  return started({ host: '127.0.0.1', port, ...options });
}

export const timed = (name: string, value: number, labels: Labels = {}) =>
  new MetricEvent({ name, type: MetricType.TIMER, value, labels });

export const observed = (name: string, value: number, labels: Labels = {}) =>
  new MetricEvent({ name, type: MetricType.HISTOGRAM, value, labels });

/** Exports these metrics once. */
export function exported(
  exporter: StatsdExporter,
  metrics: readonly MetricSnapshot[] = [],
  signal: AbortSignal = new AbortController().signal,
) {
  return exporter.export(snapshotOf(metrics), signal);
}

/** Exports metrics and observations by UDP, and returns the lines that arrive. */
export async function linesOf(
  options: StatsdOptions,
  metrics: readonly MetricSnapshot[],
  events: readonly MetricEvent[] = [],
): Promise<string[]> {
  const receiver = await receiveUdp();
  const exporter = await startedAt(receiver, options);
  exporter.receive(events);
  await exported(exporter, metrics);
  return receiver.lines();
}

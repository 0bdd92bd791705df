import type {
  CounterSnapshot,
  DistributionSnapshot,
  GaugeSnapshot,
  HistogramSnapshot,
  MetricSnapshot,
  MetricsSnapshot,
  ValueSnapshot,
} from '../../src/exporters/snapshot.js';

/** 2026-11-25, in seconds since the Unix epoch. */
export const NOON = 1_795_608_000;

export function snapshotOf(
  metrics: readonly MetricSnapshot[],
  time = NOON,
): MetricsSnapshot {
  return { time, metrics };
}

export function valueSeries(
  value: number,
  labels: Record<string, string> = {},
  more: Partial<ValueSnapshot> = {},
): ValueSnapshot {
  const key = JSON.stringify(labels);
  return { key, labels, created: NOON - 100, value, ...more };
}

export function counterOf(
  name: string,
  ...series: ValueSnapshot[]
): CounterSnapshot {
  return { type: 'counter', name, help: '', unit: undefined, series };
}

export function gaugeOf(
  name: string,
  ...series: ValueSnapshot[]
): GaugeSnapshot {
  return { type: 'gauge', name, help: '', unit: undefined, series };
}

export function distribution(
  counts: readonly number[],
  sum: number,
  labels: Record<string, string> = {},
  more: Partial<DistributionSnapshot> = {},
): DistributionSnapshot {
  const count = counts.reduce((total, one) => total + one, 0);
  const key = JSON.stringify(labels);
  return { key, labels, created: NOON - 100, counts, count, sum, ...more };
}

export function histogramOf(
  name: string,
  bounds: readonly number[],
  ...series: DistributionSnapshot[]
): HistogramSnapshot {
  return {
    type: 'histogram',
    name,
    help: '',
    unit: undefined,
    bounds,
    series,
  };
}

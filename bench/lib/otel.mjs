import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { BUCKETS } from './ours.mjs';

/** A meter read by the Prometheus exporter, which is not listening. */
export function otelMeter(aggregationCardinalityLimit = 2000) {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    readers: [reader],
    views: [
      {
        instrumentName: 'bench_seconds',
        aggregation: {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
          options: { boundaries: BUCKETS },
        },
        aggregationCardinalityLimit,
      },
      { instrumentName: 'bench', aggregationCardinalityLimit },
    ],
  });
  return { meter: provider.getMeter('bench'), reader };
}

/** The sum over all points of the one metric there is. */
export async function otelSum(reader, countOf) {
  const { resourceMetrics } = await reader.collect();
  const points = resourceMetrics.scopeMetrics[0].metrics[0].dataPoints;
  return points.reduce((sum, { value }) => sum + countOf(value), 0);
}

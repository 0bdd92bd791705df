export type { ExportReport, MetricsExporter } from './exporter.js';
export type {
  CounterSnapshot,
  DistributionSnapshot,
  ExemplarSnapshot,
  GaugeSnapshot,
  HistogramSnapshot,
  MetricSnapshot,
  MetricsSnapshot,
  QuantilesSnapshot,
  SummarySnapshot,
  ValueSnapshot,
} from './snapshot.js';

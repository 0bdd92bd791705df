import type { Metrics } from '../metrics.js';
import type { AlertRule } from './rule.js';

/** The alerts about the metrics themselves. */
export function metricsAlerts({
  self,
  exporter,
}: Metrics): readonly AlertRule[] {
  const exports = exporter.exports.name;
  return [
    {
      alert: 'MetricsNotRecorded',
      expr: `sum by (job, cause) (rate(${self.errors.name}[5m])) > 0`,
      for: '10m',
      severity: 'warning',
      summary:
        '{{ $labels.job }} has errors in recording metrics: {{ $labels.cause }}',
      description:
        'The app runs on, and some of its numbers are too small. The log names the first error of each cause.',
    },
    {
      alert: 'MetricFull',
      expr: `sum by (job, metric) (rate(${self.overflows.name}[5m])) > 0`,
      for: '10m',
      severity: 'warning',
      summary:
        '{{ $labels.metric }} of {{ $labels.job }} has all the series that it may have',
      description:
        'New label sets are recorded together, in the series otel_metric_overflow="true": sums are right, their parts are not.',
    },
    {
      alert: 'MetricsNotDelivered',
      expr: `
        sum by (job, exporter) (rate(${exports}{status="error"}[10m]))
          /
        sum by (job, exporter) (rate(${exports}[10m])) > 0.5
      `,
      for: '10m',
      severity: 'warning',
      summary:
        'Most deliveries by {{ $labels.exporter }} of {{ $labels.job }} fail',
      description:
        '{{ $value | humanizePercentage }} of the deliveries have failed; the backend of the exporter lacks data.',
    },
    {
      alert: 'PageRefused',
      expr: `sum by (job, reason) (rate(${self.refusals.name}{resource="metrics"}[5m])) > 0`,
      for: '10m',
      severity: 'warning',
      summary:
        '{{ $labels.job }} turns requests for its metrics away: {{ $labels.reason }}',
      description:
        'A scraper, or somebody else, has asked for the page and not got it for ten minutes.',
    },
  ];
}

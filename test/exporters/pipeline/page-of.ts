import type {
  MetricSnapshot,
  MetricsSnapshot,
} from '../../../src/exporters/index.js';

const escaped = (value: string) =>
  value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');

const numberText = (value: number) =>
  String(value).replace('Infinity', 'Inf').replace(/^Inf$/, '+Inf');

/** A snapshot as the lines of a page. */
export function pageOf({ metrics }: MetricsSnapshot): string {
  return metrics.flatMap(linesOf).join('\n');
}

function linesOf(metric: MetricSnapshot): string[] {
  const { name } = metric;
  const line = (
    suffix: string,
    labels: Readonly<Record<string, string>>,
    value: number,
    extra: [string, string][] = [],
  ) => {
    const pairs = [...Object.entries(labels), ...extra].map(
      ([label, text]) => `${label}="${escaped(text)}"`,
    );
    const set = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
    return `${name}${suffix}${set} ${numberText(value)}`;
  };
  switch (metric.type) {
    case 'histogram':
      return metric.series.flatMap(({ labels, counts, sum, count }) => [
        ...counts.map((_, i) => {
          const upTo = counts.slice(0, i + 1).reduce((a, b) => a + b);
          const le = numberText(metric.bounds[i] ?? Infinity);
          return line('_bucket', labels, upTo, [['le', le]]);
        }),
        line('_sum', labels, sum),
        line('_count', labels, count),
      ]);
    case 'summary':
      return metric.series.flatMap(({ labels, quantiles, sum, count }) => [
        ...quantiles.map(({ quantile, value }) =>
          line('', labels, value, [['quantile', String(quantile)]]),
        ),
        line('_sum', labels, sum),
        line('_count', labels, count),
      ]);
    default:
      return metric.series.map(({ labels, value }) => line('', labels, value));
  }
}

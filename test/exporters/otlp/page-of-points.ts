import type { SentPoint } from '../../support/otlp-definitions.js';

/** Samples by name and labels, whatever the order of the labels. */
export type Samples = Map<string, number>;

const keyOf = (name: string, labels: Iterable<[string, string]>) =>
  JSON.stringify([name, [...labels].sort(([a], [b]) => (a < b ? -1 : 1))]);

/** What a page in the text format says. */
export function samplesOfPage(page: string): Samples {
  const samples: Samples = new Map();
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, pairs = '', value] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/s.exec(
      line,
    )!;
    const labels = [...pairs.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/gs)].map(
      ([, label, text]): [string, string] => [
        label!,
        text!.replace(/\\(.)/gs, (_, c) => (c === 'n' ? '\n' : c)),
      ],
    );
    samples.set(keyOf(name!, labels), numberOf(value!));
  }
  return samples;
}

/** What points say, as a page would. */
export function samplesOfPoints(points: readonly SentPoint[]): Samples {
  const samples: Samples = new Map();
  for (const point of points) {
    const { metric, labels, counts, bounds, quantiles } = point;
    const put = (suffix: string, value: number, ...more: [string, string][]) =>
      samples.set(
        keyOf(`${metric}${suffix}`, [...Object.entries(labels), ...more]),
        value,
      );
    let upTo = 0;
    counts?.forEach((count, i) => {
      upTo += Number(count);
      put('_bucket', upTo, ['le', textOf(bounds![i] ?? Infinity)]);
    });
    quantiles?.forEach(({ quantile, value }) =>
      put('', value, ['quantile', textOf(quantile)]),
    );
    if (point.count !== undefined) put('_count', Number(point.count));
    if (point.sum !== undefined) put('_sum', point.sum);
    if (point.value !== undefined) put('', point.value);
  }
  return samples;
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function textOf(value: number): string {
  return value === Infinity ? '+Inf' : String(value);
}

import type { MetricAnswer, Points, SeriesRow } from '../answers.js';
import type { Cell } from '../../model/cells.js';
import type { MetricFamily } from '../../registry/metric-family.js';
import type { LabelSet } from '../../model/labels.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import { BucketSteps, Levels, Sums } from '../query/measures.js';
import { type Query, valueOf } from '../query/query.js';
import { metricRow } from './metrics.js';
import type { View } from './view.js';

/** Series of an answer at most. */
const MAX_SERIES = 200;

/** One metric with its series, named by the parameter `name`; `filter` narrows them down. */
export const metric: View<MetricAnswer> = ({ query, facts, parameters }) => {
  const family = query.family(parameters.name);
  if (family === undefined) return () => ({ metric: null });
  const matches = filterOf(parameters.filter);
  const cells = family.cells.filter(matches);
  const list = [...cells].sort(byValue).slice(0, MAX_SERIES);
  const lines = new SeriesLines(query, family, list);
  const heat =
    family.type === 'histogram'
      ? new BucketSteps(query.window, 'bars', family.bounds)
      : undefined;
  query.watchEach([family.name], (series) =>
    matches(series) ? heat : undefined,
  );
  return () => ({
    metric: {
      ...metricRow(family, query, facts),
      labelNames: labelNamesOf(family),
      list: list.map((cell) => seriesRow(cell, lines.of(cell))),
      matching: cells.length,
      heat: heat?.heat() ?? null,
    },
  });
};

/**
 * Series match if each word of the filter is in one of their labels: `name=value` in the
 * value of the label that is named so, any other word in any name or value.
 */
function filterOf(filter: string): (series: LabelSet) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = words.map(matchOf);
  return ({ names, values }) =>
    matches.every((match) =>
      names.some((name, i) =>
        match(name.toLowerCase(), values[i]!.toLowerCase()),
      ),
    );
}

/** Whether a label has one word of a filter. */
function matchOf(word: string): (name: string, value: string) => boolean {
  const [, label, text = ''] = /^([a-z_]\w*)=(.*)$/.exec(word) ?? [];
  return label === undefined
    ? (name, value) => name.includes(word) || value.includes(word)
    : (name, value) => name === label && value.includes(text);
}

/** The largest value first, and gauges that are `NaN` last. */
function byValue(a: Cell, b: Cell): number {
  const [one, other] = [valueOf(a), valueOf(b)];
  if (Number.isNaN(one) || Number.isNaN(other)) {
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  }
  return one === other ? 0 : other - one;
}

function labelNamesOf({ cells }: MetricFamily): string[] {
  return [...new Set(cells.flatMap(({ names }) => names))].sort();
}

function seriesRow(cell: Cell, points: Points): SeriesRow {
  const labels = cell.names.map((name, i) => [name, cell.values[i]!] as const);
  return { labels: Object.fromEntries(labels), value: valueOf(cell), points };
}

/** The lines of some series of a metric. */
class SeriesLines {
  private readonly lines = new Map<string, () => Points>();

  constructor(
    private readonly query: Query,
    { name, type }: MetricFamily,
    shown: readonly Cell[],
  ) {
    const texts = new Set(shown.map(({ text }) => text));
    for (const series of query.series(name)) {
      if (!texts.has(series.text)) continue;
      this.lines.set(series.text, this.line(type, series));
    }
  }

  of({ text }: Cell): Points {
    return this.lines.get(text)?.() ?? this.query.window.nothing('lines');
  }

  private line(type: MetricFamily['type'], series: TrackedSeries) {
    const { query } = this;
    const { window } = query;
    if (type === 'histogram') {
      const { bounds } = series.metric;
      const buckets = new BucketSteps(window, 'lines', bounds);
      query.watch(series, buckets);
      return () => buckets.quantile(0.95);
    }
    if (type === 'counter') {
      const sums = new Sums(window, 'lines');
      query.watch(series, sums);
      return () => sums.per(1);
    }
    const levels = new Levels(window);
    query.watch(series, levels);
    return () => levels.points();
  }
}

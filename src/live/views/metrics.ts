import { labelOf } from '../../model/labels.js';
import type { MetricRow, MetricsAnswer } from '../answers.js';
import type { MetricFamily } from '../../registry/metric-family.js';
import { type Query, valueOf } from '../query/query.js';
import { type Facts, MAX_ROWS, type View } from './view.js';

/** All metrics, without their series. */
export const metrics: View<MetricsAnswer> = ({ query, facts, parameters }) => {
  const text = parameters.filter.toLowerCase();
  return () => ({
    metrics: query.allFamilies
      .filter(({ name, help }) =>
        `${name} ${help}`.toLowerCase().includes(text),
      )
      .slice(0, MAX_ROWS)
      .map((family) => metricRow(family, query, facts)),
  });
};

export function metricRow(
  { name, type, help, unit, cells }: MetricFamily,
  query: Query,
  { limitOf }: Facts,
): MetricRow {
  return {
    name,
    type,
    help,
    unit: unit ?? '',
    series: cells.length,
    limit: limitOf(name) ?? null,
    overflows: overflowsOf(query, name),
  };
}

/** Recordings since the start that went to the overflow series of a metric. */
function overflowsOf(query: Query, metric: string): number {
  const cells = query.family(query.names.overflows)?.cells ?? [];
  const cell = cells.find((one) => labelOf(one, 'metric') === metric);
  return cell === undefined ? 0 : valueOf(cell);
}

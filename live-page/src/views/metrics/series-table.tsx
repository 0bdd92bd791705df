import type { MetricDetail, SeriesRow } from '../../../../src/live/answers.js';
import { type Axis, latest } from '../../charts/axis.js';
import { Spark } from '../../charts/spark.js';
import { labelText } from '../../format/names.js';
import { count } from '../../format/numbers.js';
import { Name } from '../../parts/name.js';
import type { Column } from '../../table/column.js';
import { numberColumn } from '../../table/columns.js';
import { ListPanel } from '../../table/list-panel.js';
import { pointFormat, POINTS, totalFormat } from './metric-text.js';

export interface SeriesTableProps {
  readonly metric: MetricDetail;
  readonly axis: Axis;
  readonly range: string;
}

export function SeriesTable({ metric, axis, range }: SeriesTableProps) {
  const { list, matching } = metric;
  const left =
    matching > list.length
      ? `; the ${count(list.length)} busiest of ${count(matching)}`
      : '';
  return (
    <ListPanel
      title="Series"
      unit={range + left}
      rows={list}
      rowKey={({ labels }) => labelText(labels)}
      columns={columnsOf(metric, axis)}
      sort={{ key: 'value', direction: -1 }}
      empty="It has no series yet."
    />
  );
}

const TOTALS: Readonly<Record<MetricDetail['type'], string>> = {
  counter: 'Total',
  gauge: 'Value',
  histogram: 'Count',
  summary: 'Count',
  unknown: 'Value',
};

const columnsOf = (
  metric: MetricDetail,
  axis: Axis,
): readonly Column<SeriesRow>[] => [
  {
    key: 'labels',
    label: 'Labels',
    className: 'labels',
    value: ({ labels }) => labelText(labels),
    render: ({ labels }) => <Name mono>{labelText(labels) || '{}'}</Name>,
  },
  {
    key: 'spark',
    label: POINTS[metric.type],
    className: 'lanecol',
    render: ({ points }) => <Spark axis={axis} points={points} />,
  },
  numberColumn<SeriesRow>(
    'now',
    'Now',
    ({ points }) => latest(points),
    pointFormat(metric),
  ),
  numberColumn<SeriesRow>(
    'value',
    TOTALS[metric.type],
    ({ value }) => value,
    totalFormat(metric),
  ),
];

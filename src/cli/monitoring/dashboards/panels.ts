import {
  AxisPlacement,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as HeatmapBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import {
  DataqueryBuilder,
  PromQueryFormat,
} from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Expression } from '../promql.js';

/** The data source that the reader of a dashboard has chosen. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Limits of a panel: it is green up to `warning`, then orange, and red from `critical` on. */
export interface Limits {
  readonly warning?: number;
  readonly critical?: number;
  /** Whether small values are the bad ones. */
  readonly isInverted?: boolean;
}

/** What a panel shows. */
export interface PanelText {
  readonly title: string;
  /** What the panel tells; the help texts of its metrics are added. */
  readonly description: string;
  /** A unit of Grafana. */
  readonly unit: string;
  readonly limits?: Limits;
}

/** A query and how its series are called, e.g. `{{agent}}`. */
export type Query = readonly [expression: Expression, legend: string];

/** How series are drawn. */
export interface Drawing {
  readonly isStacked?: boolean;
  /** One bar for each window of this length, e.g. `1d`, over the last two weeks. */
  readonly barsOf?: string;
  /** The width of 24 columns. Default: 12. */
  readonly width?: number;
  readonly decimals?: number;
}

const HEIGHT = 8;

/** Lines, or bars, over time. Histograms and counters show their exemplars. */
export function timeSeries(
  text: PanelText,
  queries: readonly Query[],
  { isStacked = false, barsOf, width = 12, decimals }: Drawing = {},
): TimeseriesBuilder {
  const panel = described(new TimeseriesBuilder(), text, queries)
    .height(HEIGHT)
    .span(width)
    .min(0)
    .lineWidth(1)
    .fillOpacity(isStacked || barsOf !== undefined ? 40 : 10)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending),
    );
  if (decimals !== undefined) panel.decimals(decimals);
  if (text.limits !== undefined) {
    panel.thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        GraphThresholdsStyleMode.Dashed,
      ),
    );
  }
  if (isStacked) {
    panel.stacking(
      new StackingConfigBuilder().mode(StackingMode.Normal).group('A'),
    );
  }
  if (barsOf !== undefined) {
    panel.drawStyle(GraphDrawStyle.Bars).interval(barsOf).timeFrom('14d');
  }
  queries.forEach(([expression, legend], i) => {
    panel.withTarget(
      query(expression, legend, i).range().exemplar(hasExemplars(expression)),
    );
  });
  return panel;
}

/** The latest value in large figures. */
export function stat(
  text: PanelText,
  [expression, legend]: Query,
  width = 4,
): StatBuilder {
  return described(new StatBuilder(), text, [[expression, legend]])
    .height(4)
    .span(width)
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .noValue('-')
    .reduceOptions(
      new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false),
    )
    .withTarget(query(expression, legend).range());
}

/** The buckets of a histogram over time. */
export function heatMap(
  text: PanelText,
  buckets: Expression,
  width = 12,
): HeatmapBuilder {
  return described(new HeatmapBuilder(), text, [[buckets, '']])
    .height(HEIGHT)
    .span(width)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Blues')
        .steps(64),
    )
    .yAxis(
      new YAxisConfigBuilder()
        .unit(text.unit)
        .axisPlacement(AxisPlacement.Left),
    )
    .scaleDistribution(
      new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear),
    )
    .withTarget(
      query(buckets, '{{le}}')
        .range()
        .exemplar(true)
        .format(PromQueryFormat.Heatmap),
    );
}

/** A column of a table: the title, and the unit of its values. */
export interface Column {
  readonly title: string;
  readonly unit: string;
  readonly expression: Expression;
}

/** A row for each set of labels, and a column for each query. */
export function table(
  text: Omit<PanelText, 'unit'>,
  columns: readonly Column[],
  width = 24,
): TableBuilder {
  const panel = described(
    new TableBuilder(),
    { ...text, unit: columns[0]!.unit },
    columns.map(({ expression, title }) => [expression, title]),
  )
    .height(HEIGHT)
    .span(width)
    .filterable(true)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true } },
    });
  columns.forEach(({ expression, title, unit }, i) => {
    panel
      .withTarget(
        query(expression, title, i).instant().format(PromQueryFormat.Table),
      )
      .overrideByName(`Value #${refIdOf(i)}`, [
        { id: 'displayName', value: title },
        { id: 'unit', value: unit },
      ]);
  });
  return panel;
}

function query(
  expression: Expression,
  legend: string,
  index = 0,
): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(DATASOURCE)
    .expr(expression.text)
    .legendFormat(legend);
}

/** Grafana's names of queries: A, B, C. */
function refIdOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

interface DescribedPanel {
  title(text: string): this;
  description(text: string): this;
  unit(unit: string): this;
  datasource(datasource: typeof DATASOURCE): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
}

function described<P extends DescribedPanel>(
  panel: P,
  { title, description, unit, limits }: PanelText,
  queries: readonly Query[],
): P {
  return panel
    .title(title)
    .description(`${description}\n\n${helpOf(queries)}`)
    .unit(unit)
    .datasource(DATASOURCE)
    .thresholds(thresholdsOf(limits));
}

/** The help texts of the metrics that a panel shows. */
function helpOf(queries: readonly Query[]): string {
  const metrics = queries.flatMap(([{ metrics }]) => metrics);
  const lines = metrics.map(
    ({ name, descriptor }) => `\`${name}\`: ${descriptor.description}`,
  );
  return [...new Set(lines)].join('\n\n');
}

function thresholdsOf(limits: Limits = {}): ThresholdsConfigBuilder {
  const { warning, critical, isInverted = false } = limits;
  const good = isInverted ? 'red' : 'green';
  const steps = [
    { value: null, color: good },
    ...(warning === undefined ? [] : [{ value: warning, color: 'orange' }]),
    ...(critical === undefined
      ? []
      : [{ value: critical, color: isInverted ? 'green' : 'red' }]),
  ];
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps);
}

/** Exemplars stand at counters and at buckets. */
function hasExemplars({ metrics }: Expression): boolean {
  return metrics.some(
    ({ descriptor, name }) =>
      descriptor.type !== 'gauge' && !/^(process|nodejs)_/.test(name),
  );
}

import type { ModelRow, ModelsAnswer, Row } from '../../../src/live/answers.js';
import { type Axes, useAxes } from '../charts/axes.js';
import { ChartPanel } from '../charts/chart-panel.js';
import { usePalette } from '../charts/use-palette.js';
import { lastMinutes, rangeText } from '../format/clock.js';
import { percent } from '../format/numbers.js';
import { Heading } from '../parts/heading.js';
import { shareOf } from '../parts/share.js';
import type { Axis } from '../charts/axis.js';
import type { Column } from '../table/column.js';
import {
  callsColumn,
  costColumn,
  durationColumns,
  failedColumn,
  laneColumn,
  nameColumn,
  numberColumn,
  perMinuteColumn,
  quantileColumn,
} from '../table/columns.js';
import { ListPanel } from '../table/list-panel.js';
import { ToolMatrix } from './tool-matrix.js';
import { CostPanel, FirstChunkPanel } from './chart-panels.js';

export function ModelsView({ answer }: { readonly answer: ModelsAnswer }) {
  const axes = useAxes(answer);
  const range = lastMinutes(answer.minutes);
  return (
    <>
      <Heading title="Models and tools">
        The numbers are of the {rangeText(answer)}
      </Heading>
      <ListPanel
        title="Models"
        unit={range}
        rows={answer.models}
        rowKey={({ name, provider }) => JSON.stringify([provider, name])}
        columns={modelColumns(axes.bars)}
        sort={{ key: 'cost', direction: -1 }}
        empty="No model was called yet. See “Counting tokens” in the documentation."
      />
      {answer.models.length > 0 && <ModelCharts answer={answer} axes={axes} />}
      <ListPanel
        title="Tools"
        unit={range}
        rows={answer.tools}
        rowKey={({ name }) => name}
        columns={toolColumns(axes.bars)}
        sort={{ key: 'calls', direction: -1 }}
        empty="No tool was called yet."
      />
      {answer.toolCalls.length > 0 && (
        <ToolMatrix calls={answer.toolCalls} range={range} />
      )}
    </>
  );
}

interface ModelChartsProps {
  readonly answer: ModelsAnswer;
  readonly axes: Axes;
}

function ModelCharts({ answer, axes: { lines, bars } }: ModelChartsProps) {
  const palette = usePalette();
  const currency = answer.models.find(({ cost }) => cost.length > 0)
    ?.cost[0]?.[0];
  return (
    <div class="grid">
      <FirstChunkPanel
        unit="p95, by model"
        axis={lines}
        series={palette.series(answer.firstChunkByModel, true)}
      />
      <ChartPanel
        title="Output tokens"
        unit="per minute, by model"
        axis={bars}
        series={palette.series(answer.outputByModel)}
        kind="stack"
      />
      <CostPanel
        unit="per minute, by model"
        axis={bars}
        cost={answer.costByModel}
        currency={currency}
      />
    </div>
  );
}

const modelColumns = (bars: Axis): readonly Column<ModelRow>[] => [
  nameColumn<ModelRow>('name', 'Model', ({ name }) => name),
  nameColumn<ModelRow>('provider', 'Provider', ({ provider }) => provider),
  laneColumn<ModelRow>(bars),
  callsColumn<ModelRow>(),
  perMinuteColumn<ModelRow>('Per min, now'),
  failedColumn<ModelRow>(),
  ...durationColumns<ModelRow>().slice(0, 2),
  quantileColumn<ModelRow>(
    'firstChunk',
    'First chunk',
    (row) => row.firstChunk,
    'Time to the first chunk at p95',
  ),
  quantileColumn<ModelRow>(
    'perChunk',
    'Per chunk',
    (row) => row.perChunk,
    'Time between chunks at p95',
  ),
  numberColumn<ModelRow>('input', 'Input tok.', ({ tokens }) => tokens.input),
  numberColumn<ModelRow>(
    'cached',
    'Cached',
    ({ tokens }) => shareOf(tokens.cachedInput, tokens.input),
    percent,
  ),
  numberColumn<ModelRow>(
    'output',
    'Output tok.',
    ({ tokens }) => tokens.output,
  ),
  costColumn<ModelRow>(),
];

const toolColumns = (bars: Axis): readonly Column<Row>[] => [
  nameColumn<Row>('name', 'Tool', ({ name }) => name, { mono: true }),
  laneColumn<Row>(bars),
  perMinuteColumn<Row>('Per min, now'),
  callsColumn<Row>(),
  failedColumn<Row>(),
  ...durationColumns<Row>(),
];

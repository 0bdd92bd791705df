import type {
  AgentDetail,
  ErrorRow,
  ModelRow,
  Row,
} from '../../../src/live/answers.js';
import { ago } from '../format/durations.js';
import { Share, shareOf } from '../parts/share.js';
import type { Column } from '../table/column.js';
import {
  callsColumn,
  costColumn,
  failedColumn,
  nameColumn,
  numberColumn,
  quantileColumn,
  tokenColumns,
} from '../table/columns.js';
import { ListPanel } from '../table/list-panel.js';

export interface AgentErrorsProps {
  readonly errors: readonly ErrorRow[];
  readonly now: number;
  readonly range: string;
}

export function AgentErrors({ errors, now, range }: AgentErrorsProps) {
  return (
    <ListPanel
      title="Errors"
      unit={`by type, ${range}`}
      rows={errors}
      rowKey={({ type }) => type}
      columns={errorColumns(errors, now)}
      sort={{ key: 'count', direction: -1 }}
      empty="No call failed in this time."
    />
  );
}

export interface AgentTablesProps {
  readonly agent: AgentDetail;
  readonly range: string;
}

export function AgentTables({ agent, range }: AgentTablesProps) {
  return (
    <div class="grid two">
      <ListPanel
        title="Models"
        unit={range}
        rows={agent.models}
        rowKey={({ name, provider }) => JSON.stringify([provider, name])}
        columns={MODEL_COLUMNS}
        sort={{ key: 'cost', direction: -1 }}
        empty="It called no model in this time."
      />
      <ListPanel
        title="Tools"
        unit={range}
        rows={agent.tools}
        rowKey={({ name }) => name}
        columns={TOOL_COLUMNS}
        sort={{ key: 'calls', direction: -1 }}
        empty="It called no tool in this time."
      />
    </div>
  );
}

function errorColumns(
  errors: readonly ErrorRow[],
  now: number,
): readonly Column<ErrorRow>[] {
  const total = errors.reduce((sum, { count }) => sum + count, 0);
  return [
    nameColumn<ErrorRow>('type', 'Error', ({ type }) => type, { mono: true }),
    {
      key: 'share',
      label: 'Share',
      isNumber: true,
      value: ({ count }) => shareOf(count, total),
      render: ({ count }) => <Share share={shareOf(count, total)} />,
    },
    numberColumn<ErrorRow>('count', 'Count', ({ count }) => count),
    numberColumn<ErrorRow>(
      'last',
      'Last',
      ({ last }) => (last === null ? null : now - last),
      ago,
    ),
  ];
}

const MODEL_COLUMNS: readonly Column<ModelRow>[] = [
  nameColumn<ModelRow>('name', 'Model', ({ name }) => name),
  callsColumn<ModelRow>(),
  ...tokenColumns<ModelRow>(),
  costColumn<ModelRow>(),
];

const TOOL_COLUMNS: readonly Column<Row>[] = [
  nameColumn<Row>('name', 'Tool', ({ name }) => name, { mono: true }),
  callsColumn<Row>(),
  failedColumn<Row>(),
  quantileColumn<Row>('p95', 'p95', ({ duration }) => duration.p95),
];

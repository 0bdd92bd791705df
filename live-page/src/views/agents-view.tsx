import type { AgentRow, AgentsAnswer } from '../../../src/live/answers.js';
import { agentHref } from '../app/routes.js';
import { useAxes } from '../charts/axes.js';
import type { Axis } from '../charts/axis.js';
import { rangeText } from '../format/clock.js';
import { age } from '../format/durations.js';
import { counted, NONE, percent } from '../format/numbers.js';
import { Heading } from '../parts/heading.js';
import { shareOf } from '../parts/share.js';
import { AgentStatusMark, STATUS_RANK } from '../parts/status.js';
import type { Chip, Column } from '../table/column.js';
import {
  callsColumn,
  costColumn,
  durationColumns,
  failedTextColumn,
  laneColumn,
  nameColumn,
  numberColumn,
  perMinuteColumn,
  quantileColumn,
  recentFailedColumn,
} from '../table/columns.js';
import { Table } from '../table/table.js';
import { EmptyPage } from './empty-page.js';
import { ToolNames } from './tool-names.js';

export function AgentsView({ answer }: { readonly answer: AgentsAnswer }) {
  const { bars } = useAxes(answer);
  const { agents } = answer;
  if (agents.length === 0) return <EmptyPage answer={answer} />;
  return (
    <>
      <Heading title="Agents">
        {counted(agents.length, 'agent')}; the numbers are of the{' '}
        {rangeText(answer)}
      </Heading>
      <section class="panel">
        <Table
          label="Agents"
          rows={agents}
          rowKey={({ name }) => name}
          columns={agentColumns(bars)}
          sort={{ key: 'status', direction: 1 }}
          filter={({ name }) => name}
          chips={CHIPS}
          empty=""
        />
      </section>
    </>
  );
}

const withStatus = (status: AgentRow['status']) => (row: AgentRow) =>
  row.status === status;

const CHIPS: readonly Chip<AgentRow>[] = [
  { label: 'Failing', level: 'bad', includes: withStatus('failing') },
  { label: 'Hanging', level: 'bad', includes: withStatus('hanging') },
  { label: 'OK', level: 'ok', includes: withStatus('ok') },
  { label: 'Idle', level: 'idle', includes: withStatus('idle') },
];

const agentColumns = (bars: Axis): readonly Column<AgentRow>[] => [
  nameColumn<AgentRow>('name', 'Agent', ({ name }) => name, {
    href: agentHref,
  }),
  STATUS,
  laneColumn<AgentRow>(bars),
  callsColumn<AgentRow>(),
  perMinuteColumn<AgentRow>('Per min, now'),
  failedTextColumn<AgentRow>(),
  recentFailedColumn<AgentRow>(),
  ...durationColumns<AgentRow>().slice(0, 2),
  quantileColumn<AgentRow>(
    'firstChunk',
    'First chunk',
    (row) => row.firstChunk,
    'Time to the first chunk at p95',
  ),
  numberColumn<AgentRow>(
    'inFlight',
    'In flight',
    (row) => row.inFlight,
    undefined,
    'Now',
  ),
  OLDEST,
  costColumn<AgentRow>(),
  numberColumn<AgentRow>('input', 'Tokens in', ({ tokens }) => tokens.input),
  numberColumn<AgentRow>(
    'cached',
    'Cached',
    ({ tokens }) => shareOf(tokens.cachedInput, tokens.input),
    percent,
    'Share of the input tokens',
  ),
  numberColumn<AgentRow>('output', 'Tokens out', ({ tokens }) => tokens.output),
  TOOLS,
];

/** The worst first, and of these the busiest. */
const STATUS: Column<AgentRow> = {
  key: 'status',
  label: 'Status',
  value: ({ status, calls }) => STATUS_RANK[status] * 1e12 - calls,
  render: ({ status }) => <AgentStatusMark status={status} />,
};

const OLDEST: Column<AgentRow> = {
  key: 'oldest',
  label: 'Oldest',
  hint: 'Age of the oldest call in flight',
  isNumber: true,
  value: ({ oldest, inFlight }) => (inFlight > 0 ? oldest : null),
  render: ({ oldest, inFlight, status }) => (
    <span class={status === 'hanging' ? 'badtext' : undefined}>
      {inFlight > 0 ? age(oldest) : NONE}
    </span>
  ),
};

const TOOLS: Column<AgentRow> = {
  key: 'tools',
  label: 'Tools',
  className: 'tools-of',
  value: ({ tools }) => tools.length,
  render: ({ tools }) => <ToolNames tools={tools} />,
};

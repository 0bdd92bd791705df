import type { SystemAnswer } from '../../../src/live/answers.js';
import { ago, duration } from '../format/durations.js';
import { printable } from '../format/names.js';
import { Status } from '../parts/status.js';
import type { Column } from '../table/column.js';
import { nameColumn, numberColumn } from '../table/columns.js';

type Check = SystemAnswer['checks'][number];
type Exporter = SystemAnswer['exporters'][number];
type Member = SystemAnswer['members'][number];
type Own = SystemAnswer['own'][number];

export const CHECK_COLUMNS: readonly Column<Check>[] = [
  nameColumn<Check>('name', 'Check', ({ name }) => name),
  {
    key: 'up',
    label: 'Status',
    value: ({ up }) => Number(up),
    render: ({ up, critical }) =>
      up ? (
        <Status level="ok" word="Up" />
      ) : (
        <Status level={critical ? 'bad' : 'warn'} word="Down" />
      ),
  },
  {
    key: 'critical',
    label: 'Critical',
    hint: 'Whether the app is unhealthy while the check is down',
    value: ({ critical }) => Number(critical),
    render: ({ critical }) => (critical ? 'yes' : 'no'),
  },
  numberColumn<Check>('seconds', 'Took', ({ seconds }) => seconds, duration),
];

export const EXPORTER_COLUMNS: readonly Column<Exporter>[] = [
  nameColumn<Exporter>('name', 'Exporter', ({ name }) => name),
  {
    key: 'status',
    label: 'Status',
    value: ({ delivering }) => Number(delivering),
    render: ({ delivering, error }) => (
      <ExporterStatus delivering={delivering} error={error} />
    ),
  },
  numberColumn<Exporter>(
    'delivered',
    'Delivered',
    ({ delivered }) => delivered,
  ),
  numberColumn<Exporter>('failed', 'Failed', ({ failed }) => failed),
  numberColumn<Exporter>('retries', 'Retries', ({ retries }) => retries),
  numberColumn<Exporter>('queued', 'Waiting', ({ queued }) => queued),
  numberColumn<Exporter>('dropped', 'Dropped', ({ dropped }) => dropped),
  numberColumn<Exporter>(
    'last',
    'Last success',
    ({ lastSuccess }) => lastSuccess,
    ago,
  ),
];

function ExporterStatus({
  delivering,
  error,
}: Pick<Exporter, 'delivering' | 'error'>) {
  if (delivering) return <Status level="ok" word="Delivers" />;
  return (
    <span class="withnote">
      <Status level="warn" word="Not delivering" />
      {error && <small class="wrap">{printable(error)}</small>}
    </span>
  );
}

export const MEMBER_COLUMNS: readonly Column<Member>[] = [
  nameColumn<Member>('process', 'Process', ({ process }) => process, {
    mono: true,
  }),
  {
    key: 'late',
    label: 'Status',
    value: ({ late }) => Number(late),
    render: ({ late }) =>
      late ? (
        <Status level="warn" word="Late: its last numbers are shown" />
      ) : (
        <Status level="ok" word="Answers" />
      ),
  },
];

export const OWN_COLUMNS: readonly Column<Own>[] = [
  {
    key: 'name',
    label: 'Counter',
    value: ({ name }) => name,
    render: ({ name, labels }) => (
      <span class="own">
        <code>{name}</code>
        <small class="mono">{printable(labels || '{}')}</small>
      </span>
    ),
  },
  numberColumn<Own>('value', 'Count', ({ value }) => value),
];

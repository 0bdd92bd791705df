import type {
  HandlerRow,
  HostRow,
  HttpAnswer,
  RouteRow,
} from '../../../src/live/answers.js';
import { type Axes, useAxes } from '../charts/axes.js';
import type { Axis } from '../charts/axis.js';
import { ChartPanel } from '../charts/chart-panel.js';
import { single } from '../charts/series.js';
import { lastMinutes, rangeText } from '../format/clock.js';
import { counted, percent } from '../format/numbers.js';
import { Heading } from '../parts/heading.js';
import { Name } from '../parts/name.js';
import type { Column } from '../table/column.js';
import {
  callsColumn,
  durationColumns,
  failedColumn,
  laneColumn,
  nameColumn,
  numberColumn,
  perMinuteColumn,
} from '../table/columns.js';
import { ListPanel } from '../table/list-panel.js';
import { StatusMix, StatusMixKey, statusShare } from './status-mix.js';
import { LatencyPanel, OutcomePanel } from './chart-panels.js';

export function HttpView({ answer }: { readonly answer: HttpAnswer }) {
  const axes = useAxes(answer);
  const range = lastMinutes(answer.minutes);
  const { webSockets } = answer;
  const sockets =
    webSockets === null
      ? ''
      : `, ${counted(webSockets, 'WebSocket connection')} now`;
  return (
    <>
      <Heading title="HTTP and messages">
        The numbers are of the {rangeText(answer)}
      </Heading>
      <HttpCharts answer={answer} axes={axes} />
      <ListPanel
        title="Routes"
        unit={range}
        rows={answer.routes}
        rowKey={({ method, name }) => `${method} ${name}`}
        columns={routeColumns(axes.bars)}
        filter={({ method, name }) => `${method} ${name}`}
        sort={{ key: 'calls', direction: -1 }}
        empty={<NoRequests />}
      />
      <div class="grid two">
        <ListPanel
          title="Messages and jobs"
          unit={range + sockets}
          rows={answer.handlers}
          rowKey={({ transport, name }) => `${transport} ${name}`}
          columns={HANDLER_COLUMNS}
          sort={{ key: 'calls', direction: -1 }}
          empty="No message or job was handled yet."
        />
        <ListPanel
          title="Outgoing requests"
          unit={`by host, ${range}`}
          rows={answer.hosts}
          rowKey={({ method, name }) => `${method} ${name}`}
          columns={HOST_COLUMNS}
          sort={{ key: 'calls', direction: -1 }}
          empty={<NoHosts />}
        />
      </div>
    </>
  );
}

function NoRequests() {
  return (
    <>
      No request was measured.{' '}
      <code>MetricsModule.forRoot({'{ http: true }'})</code> measures them.
    </>
  );
}

function NoHosts() {
  return (
    <>
      None was measured. <code>{'{ httpClient: true }'}</code> measures them.
    </>
  );
}

function HttpCharts({
  answer,
  axes: { lines, bars },
}: {
  readonly answer: HttpAnswer;
  readonly axes: Axes;
}) {
  return (
    <div class="grid">
      <OutcomePanel
        title="Requests"
        unit="per minute, 5xx below"
        axis={bars}
        outcome={answer.outcome}
      />
      <LatencyPanel
        unit="of requests, log scale"
        axis={lines}
        latency={answer.latency}
        heat={answer.heat}
      />
      <ChartPanel
        title="Active requests"
        axis={lines}
        series={single('Active', answer.active)}
      />
    </div>
  );
}

const routeColumns = (bars: Axis): readonly Column<RouteRow>[] => [
  {
    key: 'name',
    label: 'Route',
    value: ({ name, method }) => `${name} ${method}`,
    render: ({ name, method }) => <RouteName method={method} path={name} />,
  },
  laneColumn<RouteRow>(bars),
  callsColumn<RouteRow>('Requests'),
  perMinuteColumn<RouteRow>('Per min, now'),
  {
    key: 'mix',
    label: <StatusMixKey />,
    render: ({ statuses }) => <StatusMix statuses={statuses} />,
  },
  numberColumn<RouteRow>(
    '4xx',
    '4xx',
    ({ statuses }) => statusShare(statuses, '4xx'),
    percent,
  ),
  { ...failedColumn<RouteRow>('5xx'), key: '5xx' },
  numberColumn<RouteRow>(
    '499',
    'Left (499)',
    ({ statuses }) => statusShare(statuses, '499'),
    percent,
    'The client closed the request',
  ),
  ...durationColumns<RouteRow>(),
];

function RouteName({
  method,
  path,
}: {
  readonly method: string;
  readonly path: string;
}) {
  return (
    <span class="route">
      <span class="method">{method}</span>
      <Name mono>{path}</Name>
    </span>
  );
}

const HANDLER_COLUMNS: readonly Column<HandlerRow>[] = [
  nameColumn<HandlerRow>('name', 'Handler', ({ name }) => name, { mono: true }),
  nameColumn<HandlerRow>(
    'transport',
    'Transport',
    ({ transport }) => transport,
  ),
  callsColumn<HandlerRow>(),
  failedColumn<HandlerRow>(),
  ...durationColumns<HandlerRow>().slice(1, 2),
];

const HOST_COLUMNS: readonly Column<HostRow>[] = [
  {
    key: 'name',
    label: 'Host',
    value: ({ name }) => name,
    render: ({ name, method }) => <RouteName method={method} path={name} />,
  },
  callsColumn<HostRow>('Requests'),
  failedColumn<HostRow>(),
  ...durationColumns<HostRow>().slice(0, 2),
];

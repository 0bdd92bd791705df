import type { SystemAnswer } from '../../../src/live/answers.js';
import { type Axes, useAxes } from '../charts/axes.js';
import { ChartPanel } from '../charts/chart-panel.js';
import { single } from '../charts/series.js';
import { lastMinutes } from '../format/clock.js';
import { printable } from '../format/names.js';
import { age, duration } from '../format/durations.js';
import { bytes, count, percent, withoutZeros } from '../format/numbers.js';
import { type Fact, Facts } from '../parts/facts.js';
import { Heading } from '../parts/heading.js';
import { ListPanel } from '../table/list-panel.js';
import {
  CHECK_COLUMNS,
  EXPORTER_COLUMNS,
  MEMBER_COLUMNS,
  OWN_COLUMNS,
} from './system-columns.js';

export function SystemView({ answer }: { readonly answer: SystemAnswer }) {
  const axes = useAxes(answer);
  const { info, checks, exporters, members, own } = answer;
  return (
    <>
      <Heading title="System">
        <bdi>{printable(answer.app || 'The app')}</bdi> on{' '}
        <bdi>{printable(info.host)}</bdi>
      </Heading>
      <Facts list={factsOf(answer)} />
      <ProcessCharts answer={answer} axes={axes} />
      <div class="grid two uneven">
        <ListPanel
          title="Health checks"
          rows={checks}
          rowKey={({ name }) => name}
          columns={CHECK_COLUMNS}
          sort={{ key: 'up', direction: 1 }}
          empty="There are none. A method with @HealthCheck() makes one."
        />
        <ListPanel
          title="Exporters"
          unit="since they started"
          rows={exporters}
          rowKey={({ name }) => name}
          columns={EXPORTER_COLUMNS}
          sort={{ key: 'status', direction: 1 }}
          empty="There are none: the metrics are scraped."
        />
        <ListPanel
          title="Processes"
          rows={members}
          rowKey={({ process }) => process}
          columns={MEMBER_COLUMNS}
          sort={{ key: 'process', direction: 1 }}
          empty="The app runs in this process alone."
        />
        <ListPanel
          title="The module itself"
          unit="errors, overflows, refusals since its start"
          rows={own}
          rowKey={({ name, labels }) => name + labels}
          columns={OWN_COLUMNS}
          sort={{ key: 'value', direction: -1 }}
          empty="No error, overflow or refusal."
        />
      </div>
    </>
  );
}

function factsOf({ info, interval }: SystemAnswer): Fact[] {
  return [
    { label: 'Up for', value: age(info.uptime) },
    { label: 'Process', value: `${info.pid}, Node.js ${info.node}` },
    { label: 'Series', value: count(info.series) },
    { label: 'Sampled', value: `every ${withoutZeros(duration(interval))}` },
    { label: 'Memory of the history', value: bytes(info.history) },
  ];
}

interface ProcessChartsProps {
  readonly answer: SystemAnswer;
  readonly axes: Axes;
}

function ProcessCharts({
  answer: { process, minutes },
  axes: { lines },
}: ProcessChartsProps) {
  const range = lastMinutes(minutes);
  return (
    <div class="grid">
      <ChartPanel
        title="CPU"
        unit={`of one core, ${range}`}
        axis={lines}
        series={single('CPU', process.cpu)}
        format={percent}
      />
      <ChartPanel
        title="Memory"
        unit={range}
        axis={lines}
        series={[
          { label: 'Resident', points: process.memory, color: '--q2' },
          {
            label: 'Heap used',
            points: process.heap,
            color: '--q3',
            dash: [5, 3],
          },
        ]}
        format={bytes}
      />
      <ChartPanel
        title="Event loop lag"
        unit={`p99, ${range}`}
        axis={lines}
        series={single('Lag', process.lag)}
        format={duration}
        durations
      />
    </div>
  );
}

import type {
  AgentAnswer,
  AgentDetail,
  AgentRow,
} from '../../../src/live/answers.js';
import { viewHref } from '../app/routes.js';
import { useAxes } from '../charts/axes.js';
import { lastMinutes, rangeText } from '../format/clock.js';
import { age, quantile } from '../format/durations.js';
import { dividedBy, money } from '../format/money.js';
import { printable } from '../format/names.js';
import { count, NONE, percent } from '../format/numbers.js';
import { type Fact, Facts } from '../parts/facts.js';
import { Heading } from '../parts/heading.js';
import { Name } from '../parts/name.js';
import { Nothing } from '../parts/panel.js';
import { isMarked, shareOf } from '../parts/share.js';
import { AgentStatusMark } from '../parts/status.js';
import { AgentCharts } from './agent-charts.js';
import { AgentErrors, AgentTables } from './agent-tables.js';

export interface AgentViewProps {
  readonly answer: AgentAnswer;
  readonly name: string;
}

export function AgentView({ answer, name }: AgentViewProps) {
  const axes = useAxes(answer);
  const { agent } = answer;
  if (!agent) return <UnknownAgent name={name} />;
  const { row } = agent;
  return (
    <>
      <Heading before={<Crumb />} title={<Name>{row.name}</Name>}>
        <AgentStatusMark status={row.status} /> {storyOf(row)} Sums are of the{' '}
        {rangeText(answer)}.
      </Heading>
      <Facts list={factsOf(agent)} />
      <div class="grid">
        <AgentCharts agent={agent} axes={axes} />
        <AgentErrors
          errors={agent.errors}
          now={answer.now}
          range={lastMinutes(answer.minutes)}
        />
      </div>
      <AgentTables agent={agent} range={lastMinutes(answer.minutes)} />
    </>
  );
}

function Crumb() {
  return (
    <p class="crumb">
      <a href={viewHref('agents')}>Agents</a> <span aria-hidden="true">/</span>
    </p>
  );
}

function UnknownAgent({ name }: { readonly name: string }) {
  return (
    <>
      <Heading before={<Crumb />} title="Unknown agent" />
      <section class="panel">
        <Nothing>
          The app knows no agent “<bdi>{printable(name)}</bdi>”. It may not have
          been called yet. <a href={viewHref('agents')}>All agents</a>
        </Nothing>
      </section>
    </>
  );
}

function storyOf({ status, recent, oldest, duration }: AgentRow): string {
  switch (status) {
    case 'failing':
      return `${count(recent.failed)} of ${count(recent.calls)} calls failed in the last 5 min.`;
    case 'hanging':
      return `The oldest call runs for ${age(oldest)}; 99 % take less than ${quantile(duration.p99)}.`;
    case 'ok':
      return 'Few calls fail, and none hangs.';
    case 'idle':
      return 'It was not called in this time.';
  }
}

function factsOf({ row, steps }: AgentDetail): Fact[] {
  const { calls, failed, duration, tokens } = row;
  const share = shareOf(failed, calls);
  const quantiles = [duration.p50, duration.p95, duration.p99].map((value) =>
    quantile(value),
  );
  const oldest = row.inFlight > 0 ? age(row.oldest) : NONE;
  return [
    { label: 'Calls', value: count(calls) },
    {
      label: 'Failed',
      value: percent(share),
      bad: isMarked(share),
    },
    { label: 'p50 / p95 / p99', value: quantiles.join(' / ') },
    {
      label: 'In flight, oldest',
      value: `${count(row.inFlight)}, ${oldest}`,
      bad: row.status === 'hanging',
    },
    {
      label: 'Steps per run',
      value: `${count(steps.inferences)} inferences, ${count(steps.tools)} tools`,
    },
    {
      label: 'Tokens per call',
      value: count(shareOf(tokens.input + tokens.output, calls)),
    },
    {
      label: 'Cost, per call',
      value: `${money(row.cost)}, ${money(dividedBy(row.cost, calls))}`,
    },
  ];
}

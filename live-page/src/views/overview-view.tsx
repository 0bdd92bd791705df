import type { OverviewAnswer } from '../../../src/live/answers.js';
import { viewHref } from '../app/routes.js';
import { useAxes } from '../charts/axes.js';
import { isComplete, rangeText } from '../format/clock.js';
import { counted } from '../format/numbers.js';
import { Heading } from '../parts/heading.js';
import { Status } from '../parts/status.js';
import { EmptyPage } from './empty-page.js';
import { Findings } from './overview/findings.js';
import { Lanes } from './overview/lanes.js';
import { OverviewCharts } from './overview/overview-charts.js';
import { ProcessTiles, Tiles } from './overview/tiles.js';

export function OverviewView({ answer }: { readonly answer: OverviewAnswer }) {
  const axes = useAxes(answer);
  if (isUncalled(answer)) return <EmptyPage answer={answer} />;
  return (
    <>
      <Heading title="Overview">
        Large numbers are of now, averages and sums of the {rangeText(answer)}.
        <HealthLink {...answer.health} />
      </Heading>
      <Findings findings={answer.findings} />
      <Tiles answer={answer} axis={axes.lines} />
      <Lanes answer={answer} axis={axes.bars} />
      <OverviewCharts answer={answer} axes={axes} />
      <ProcessTiles
        points={answer.process}
        axis={axes.lines}
        minutes={answer.minutes}
      />
    </>
  );
}

/** Agents may be known before their first call. A full range without one is a quiet time. */
const isUncalled = ({
  agents,
  agentCount,
  minutes,
  sampled,
}: OverviewAnswer): boolean =>
  agentCount === 0 ||
  (!isComplete({ minutes, sampled }) &&
    agents.every(({ calls, inFlight }) => calls === 0 && inFlight === 0));

const HEALTH = {
  healthy: { level: 'ok', word: 'Healthy' },
  degraded: { level: 'warn', word: 'Degraded' },
  unhealthy: { level: 'bad', word: 'Unhealthy' },
} as const;

function HealthLink({ status, checks }: OverviewAnswer['health']) {
  if (checks === 0) return null;
  return (
    <>
      {' '}
      <a class="health" href={viewHref('system')}>
        <Status {...HEALTH[status]} />
        <span class="vh">: </span> {counted(checks, 'check')}
      </a>
    </>
  );
}

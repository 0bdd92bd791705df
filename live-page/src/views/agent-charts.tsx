import type { AgentDetail } from '../../../src/live/answers.js';
import type { Axes } from '../charts/axes.js';
import { ChartPanel } from '../charts/chart-panel.js';
import { openBound } from '../charts/heat-cells.js';
import { HeatPanel } from '../charts/heat-panel.js';
import { usePalette } from '../charts/use-palette.js';
import {
  outcomeSeries,
  quantileSeries,
  single,
  tokenSeries,
} from '../charts/series.js';
import { boundedDuration, duration } from '../format/durations.js';
import { inCurrency } from '../format/money.js';

export interface AgentChartsProps {
  readonly agent: AgentDetail;
  readonly axes: Axes;
}

export function AgentCharts({
  agent,
  axes: { lines, bars },
}: AgentChartsProps) {
  return (
    <>
      <ChartPanel
        title="Outcome"
        unit="calls/min, failures below"
        axis={bars}
        series={outcomeSeries(agent.outcome)}
        kind="mirror"
      />
      <ChartPanel
        title="Latency"
        unit="log scale"
        axis={lines}
        series={quantileSeries(agent.latency)}
        format={boundedDuration(openBound(agent.heat))}
        log
        durations
      />
      <HeatPanel title="Latency, all calls" axis={bars} heat={agent.heat} />
      <ChartPanel
        title="Oldest call in flight"
        unit="its age"
        axis={lines}
        series={single(
          'Oldest',
          agent.oldest,
          agent.row.status === 'hanging' ? '--bad-fill' : '--c1',
        )}
        format={duration}
        durations
        empty="@InFlight() on its method shows the calls in flight."
      />
      <ChartPanel
        title="Calls in flight"
        axis={lines}
        series={single('In flight', agent.inFlight)}
        empty="@InFlight() on its method shows the calls in flight."
      />
      <SpendCharts agent={agent} axes={{ lines, bars }} />
    </>
  );
}

function SpendCharts({ agent, axes: { lines, bars } }: AgentChartsProps) {
  const palette = usePalette();
  return (
    <>
      <ChartPanel
        title="Time to first chunk"
        unit="p95"
        axis={lines}
        series={single('p95', agent.firstChunkP95, '--q2')}
        format={duration}
        durations
        empty="No answer was streamed in this time."
      />
      <ChartPanel
        title="Tokens"
        unit="per minute"
        axis={bars}
        series={tokenSeries(agent.tokens)}
        kind="stack"
        empty="No tokens were counted in this time."
      />
      <ChartPanel
        title="Cost"
        unit="per minute"
        axis={bars}
        series={palette.series(agent.cost)}
        kind="stack"
        format={inCurrency(agent.row.cost[0]?.[0])}
        empty="No priced call in this time."
      />
    </>
  );
}

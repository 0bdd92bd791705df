import type { AgentDetail } from '../../../src/live/answers.js';
import type { Axes } from '../charts/axes.js';
import { ChartPanel } from '../charts/chart-panel.js';
import { HeatPanel } from '../charts/heat-panel.js';
import { single } from '../charts/series.js';
import { duration } from '../format/durations.js';
import {
  CostPanel,
  FirstChunkPanel,
  LatencyPanel,
  OutcomePanel,
  TokensPanel,
} from './chart-panels.js';

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
      <OutcomePanel axis={bars} outcome={agent.outcome} />
      <LatencyPanel
        unit="log scale"
        axis={lines}
        latency={agent.latency}
        heat={agent.heat}
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
  return (
    <>
      <FirstChunkPanel
        unit="p95"
        axis={lines}
        series={single('p95', agent.firstChunkP95, '--q2')}
      />
      <TokensPanel axis={bars} tokens={agent.tokens} />
      <CostPanel
        unit="per minute"
        axis={bars}
        cost={agent.cost}
        currency={agent.row.cost[0]?.[0]}
      />
    </>
  );
}

import { useState } from 'preact/hooks';
import type { OverviewAnswer } from '../../../../src/live/answers.js';
import { useMedia } from '../../app/theme.js';
import type { Axes } from '../../charts/axes.js';
import { HeatPanel } from '../../charts/heat-panel.js';
import { usePalette } from '../../charts/use-palette.js';
import { money } from '../../format/money.js';
import { PHONE } from './lanes.js';
import {
  CostPanel,
  FirstChunkPanel,
  LatencyPanel,
  OutcomePanel,
  TokensPanel,
} from '../chart-panels.js';

export interface OverviewChartsProps {
  readonly answer: OverviewAnswer;
  readonly axes: Axes;
}

/** On a phone two charts, and the others on request. */
export function OverviewCharts({ answer, axes }: OverviewChartsProps) {
  const isPhone = useMedia(PHONE);
  const [all, setAll] = useState(false);
  return (
    <>
      <div class="grid">
        <OutcomePanel axis={axes.bars} outcome={answer.outcome} />
        <LatencyPanel
          unit="of agent calls, log scale"
          axis={axes.lines}
          latency={answer.latency}
          heat={answer.heat}
        />
        {(!isPhone || all) && <MoreCharts answer={answer} axes={axes} />}
      </div>
      {isPhone && (
        <p class="morecharts">
          <button
            type="button"
            aria-expanded={all}
            onClick={() => setAll(!all)}
          >
            {all
              ? 'Fewer charts'
              : 'More charts: all calls, cost, tokens, first chunk'}
          </button>
        </p>
      )}
    </>
  );
}

function MoreCharts({ answer, axes }: OverviewChartsProps) {
  const palette = usePalette();
  return (
    <>
      <HeatPanel
        title="Latency, all calls"
        axis={axes.bars}
        heat={answer.heat}
      />
      <CostPanel
        unit={`per minute, by agent; ${money(answer.costSinceStart)} since start`}
        axis={axes.bars}
        cost={answer.costByAgent}
        currency={answer.cost[0]?.[0]}
      />
      <TokensPanel axis={axes.bars} tokens={answer.tokens} />
      <FirstChunkPanel
        unit="p95, by model"
        axis={axes.lines}
        series={palette.series(answer.firstChunkByModel, true)}
      />
    </>
  );
}

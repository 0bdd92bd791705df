import { useState } from 'preact/hooks';
import type { OverviewAnswer } from '../../../../src/live/answers.js';
import { useMedia } from '../../app/theme.js';
import type { Axes } from '../../charts/axes.js';
import { ChartPanel } from '../../charts/chart-panel.js';
import { openBound } from '../../charts/heat-cells.js';
import { HeatPanel } from '../../charts/heat-panel.js';
import { usePalette } from '../../charts/use-palette.js';
import {
  outcomeSeries,
  quantileSeries,
  tokenSeries,
} from '../../charts/series.js';
import { boundedDuration, duration } from '../../format/durations.js';
import { inCurrency, money } from '../../format/money.js';
import { PHONE } from './lanes.js';

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
        <ChartPanel
          title="Outcome"
          unit="calls/min, failures below"
          axis={axes.bars}
          series={outcomeSeries(answer.outcome)}
          kind="mirror"
        />
        <ChartPanel
          title="Latency"
          unit="of agent calls, log scale"
          axis={axes.lines}
          series={quantileSeries(answer.latency)}
          format={boundedDuration(openBound(answer.heat))}
          log
          durations
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
      <ChartPanel
        title="Cost"
        unit={`per minute, by agent; ${money(answer.costSinceStart)} since start`}
        axis={axes.bars}
        series={palette.series(answer.costByAgent)}
        kind="stack"
        format={inCurrency(answer.cost[0]?.[0])}
        empty="No priced call in this time."
      />
      <ChartPanel
        title="Tokens"
        unit="per minute"
        axis={axes.bars}
        series={tokenSeries(answer.tokens)}
        kind="stack"
        empty="No tokens were counted in this time."
      />
      <ChartPanel
        title="Time to first chunk"
        unit="p95, by model"
        axis={axes.lines}
        series={palette.series(answer.firstChunkByModel, true)}
        format={duration}
        durations
        empty="No answer was streamed in this time."
      />
    </>
  );
}

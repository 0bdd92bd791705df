import type {
  Heat,
  NamedPoints,
  OutcomePoints,
  QuantilePoints,
  TokenPoints,
} from '../../../src/live/answers.js';
import type { Axis } from '../charts/axis.js';
import { ChartPanel } from '../charts/chart-panel.js';
import { openBound } from '../charts/heat-cells.js';
import {
  type ChartSeries,
  outcomeSeries,
  quantileSeries,
  tokenSeries,
} from '../charts/series.js';
import { usePalette } from '../charts/use-palette.js';
import { boundedDuration, duration } from '../format/durations.js';
import { inCurrency } from '../format/money.js';

interface OutcomePanelProps {
  readonly title?: string;
  readonly unit?: string;
  readonly axis: Axis;
  readonly outcome: OutcomePoints;
}

/** Calls above the line, and those of them that failed below it. */
export function OutcomePanel({
  title = 'Outcome',
  unit = 'calls/min, failures below',
  axis,
  outcome,
}: OutcomePanelProps) {
  const series = outcomeSeries(outcome);
  return <ChartPanel {...{ title, unit, axis, series }} kind="mirror" />;
}

interface LatencyPanelProps {
  readonly unit: string;
  readonly axis: Axis;
  readonly latency: QuantilePoints;
  /** The buckets that the quantiles are of. */
  readonly heat: Heat;
}

export function LatencyPanel({ unit, axis, latency, heat }: LatencyPanelProps) {
  return (
    <ChartPanel
      title="Latency"
      unit={unit}
      axis={axis}
      series={quantileSeries(latency)}
      format={boundedDuration(openBound(heat))}
      log
      durations
    />
  );
}

interface FirstChunkPanelProps {
  readonly unit: string;
  readonly axis: Axis;
  readonly series: readonly ChartSeries[];
}

export function FirstChunkPanel(props: FirstChunkPanelProps) {
  return (
    <ChartPanel
      {...props}
      title="Time to first chunk"
      format={duration}
      durations
      empty="No answer was streamed in this time."
    />
  );
}

interface TokensPanelProps {
  readonly axis: Axis;
  readonly tokens: TokenPoints;
}

export function TokensPanel({ axis, tokens }: TokensPanelProps) {
  return (
    <ChartPanel
      title="Tokens"
      unit="per minute"
      axis={axis}
      series={tokenSeries(tokens)}
      kind="stack"
      empty="No tokens were counted in this time."
    />
  );
}

interface CostPanelProps {
  readonly unit: string;
  readonly axis: Axis;
  readonly cost: readonly NamedPoints[];
  /** The currency of the points; none without a cost. */
  readonly currency: string | undefined;
}

export function CostPanel({ unit, axis, cost, currency }: CostPanelProps) {
  const palette = usePalette();
  return (
    <ChartPanel
      title="Cost"
      unit={unit}
      axis={axis}
      series={palette.series(cost)}
      kind="stack"
      format={inCurrency(currency)}
      empty="No priced call in this time."
    />
  );
}

import type {
  OutcomePoints,
  Points,
  QuantilePoints,
  TokenPoints,
} from '../../../src/live/answers.js';

/** One line or one part of the bars. */
export interface ChartSeries {
  readonly label: string;
  readonly points: Points;
  /** The name of a custom property. */
  readonly color: string;
  readonly dash?: readonly number[] | undefined;
  readonly width?: number;
}

/** `line`: levels. `stack`: parts of a sum. `mirror`: the second series below the line. */
export type ChartKind = 'line' | 'stack' | 'mirror';

export type Format = (value: number | null | undefined) => string;

export const quantileSeries = (points: QuantilePoints): ChartSeries[] => [
  { label: 'p99', points: points.p99, color: '--q3', dash: [5, 3], width: 1.5 },
  { label: 'p95', points: points.p95, color: '--q2', width: 2.5 },
  { label: 'p50', points: points.p50, color: '--q1', width: 1.5 },
];

export const outcomeSeries = (points: OutcomePoints): ChartSeries[] => [
  { label: 'All', points: points.calls, color: '--calls' },
  { label: 'Failed', points: points.failed, color: '--bad-fill' },
];

/** The kinds of tokens that there are: most providers have not all of them. */
export function tokenSeries(points: TokenPoints): ChartSeries[] {
  const all = [
    { label: 'Input', points: points.input, color: '--c1' },
    { label: 'Cached input', points: points.cachedInput, color: '--c4' },
    { label: 'Cache write', points: points.cacheWrite, color: '--c5' },
    { label: 'Output', points: points.output, color: '--c2' },
    { label: 'Reasoning', points: points.reasoning, color: '--c3' },
  ];
  return all.filter(({ points: values }) => values.some((value) => value));
}

export const single = (
  label: string,
  points: Points,
  color = '--c1',
): ChartSeries[] => [{ label, points, color }];

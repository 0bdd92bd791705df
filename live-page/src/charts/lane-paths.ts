import type { Points } from '../../../src/live/answers.js';
import { largest } from './scales.js';

/** The width of a lane in its own units. */
export const LANE_WIDTH = 1000;

/** What a bar leaves free on both sides. */
const MARGIN = 0.1;
const LOWEST_BAR = 0.6;

export interface LanePaths {
  readonly calls: string;
  readonly failed: string;
  readonly gaps: string;
  readonly base: number;
}

export interface LanePoints {
  readonly calls: Points;
  readonly failed: Points;
}

/** The highest bar of lanes that share a scale. */
export const lanePeak = (lanes: readonly LanePoints[]): LanePeak => ({
  calls: Math.max(0, ...lanes.map(({ calls }) => largest(calls))),
  failed: Math.max(0, ...lanes.map(({ failed }) => largest(failed))),
});

export interface LanePeak {
  readonly calls: number;
  readonly failed: number;
}

/** Calls above a line and failures below it, as paths of an SVG of the given height. */
export function lanePaths(
  { calls, failed }: LanePoints,
  height: number,
  peak = lanePeak([{ calls, failed }]),
  begun = calls.length,
): LanePaths {
  const most = Math.max(1, peak.calls);
  const base = height * Math.min(0.84, most / (most + peak.failed));
  const unit = (base - 1) / most;
  return {
    calls: barsPath(calls, (value) => barUp(value * unit, base)),
    failed: barsPath(failed, (value) => barDown(value * unit, base, height)),
    gaps: gapsPath(calls, height, begun),
    base,
  };
}

interface Bar {
  readonly top: number;
  readonly height: number;
}

function barUp(size: number, base: number): Bar {
  const height = Math.max(LOWEST_BAR, size);
  return { top: base - height, height };
}

const barDown = (size: number, base: number, bottom: number): Bar => ({
  top: base + 0.5,
  height: Math.min(Math.max(LOWEST_BAR, size), bottom - base - 0.5),
});

function barsPath(points: Points, barOf: (value: number) => Bar): string {
  const step = LANE_WIDTH / points.length;
  const width = step * (1 - 2 * MARGIN);
  return points
    .map((value, index) => {
      if (!value) return '';
      const { top, height } = barOf(value);
      return rectangle((index + MARGIN) * step, top, width, height);
    })
    .join('');
}

function gapsPath(points: Points, height: number, begun: number): string {
  const step = LANE_WIDTH / points.length;
  return points
    .map((value, index) =>
      value === null && index < begun
        ? rectangle(index * step, 0, step, height)
        : '',
    )
    .join('');
}

const rectangle = (x: number, y: number, width: number, height: number) =>
  `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`;

const short = (value: number): string => String(Number(value.toFixed(1)));

import type { Points } from '../../../src/live/answers.js';
import { largest } from './scales.js';

export interface SparkPaths {
  readonly line: string;
  readonly area: string;
}

/** A line from 0 to 100 and the area below it, broken where nothing was sampled. */
export function sparkPaths(points: Points, height: number): SparkPaths {
  const most = largest(points) || 1;
  const runs = runsOf(points).map((run) =>
    run.map(([index, value]) => ({
      x: ((index / Math.max(1, points.length - 1)) * 100).toFixed(2),
      y: (height - 2 - (value / most) * (height - 4)).toFixed(1),
    })),
  );
  return {
    line: runs.map((run) => linePath(run)).join(''),
    area: runs.map((run) => areaPath(run, height)).join(''),
  };
}

interface Place {
  readonly x: string;
  readonly y: string;
}

const linePath = (run: readonly Place[]): string =>
  run.map(({ x, y }, index) => `${index ? 'L' : 'M'}${x} ${y}`).join('');

const areaPath = (run: readonly Place[], height: number): string =>
  `M${run[0]!.x} ${height}${run.map(({ x, y }) => `L${x} ${y}`).join('')}V${height}z`;

/** The stretches without a gap, as pairs of index and value. */
function runsOf(points: Points): [index: number, value: number][][] {
  const runs: [number, number][][] = [];
  let open = false;
  points.forEach((value, index) => {
    if (value === null) return void (open = false);
    if (!open) runs.push([]);
    runs.at(-1)!.push([index, value]);
    open = true;
  });
  return runs;
}

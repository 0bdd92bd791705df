import { useMemo } from 'preact/hooks';
import type { Points } from '../../../src/live/answers.js';
import { aligned, type Axis } from './axis.js';
import { sparkPaths } from './spark-paths.js';

export interface SparkProps {
  readonly axis: Axis;
  readonly points: Points;
}

const HEIGHT = 28;

/** A line without an axis. */
export function Spark({ axis, points }: SparkProps) {
  const { line, area } = useMemo(
    () => sparkPaths(aligned(axis, points), HEIGHT),
    [axis, points],
  );
  return (
    <svg
      class="spark"
      viewBox={`0 0 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path class="area" d={area} />
      <path d={line} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

import { useMemo } from 'preact/hooks';
import { aligned, type Axis } from './axis.js';
import {
  LANE_WIDTH,
  type LanePeak,
  type LanePoints,
  lanePaths,
} from './lane-paths.js';

export interface LaneProps {
  readonly axis: Axis;
  readonly lane: LanePoints;
  readonly height?: number;
  /** The scale of all lanes; without it a lane has its own. */
  readonly peak?: LanePeak | undefined;
}

/** Calls above the line, failures below it. */
export function Lane({ axis, lane, height = 36, peak }: LaneProps) {
  const { calls, failed, gaps, base } = useMemo(
    () => lanePaths(alignedLane(axis, lane), height, peak, axis.begun),
    [axis, lane, height, peak],
  );
  return (
    <svg
      class="lane"
      viewBox={`0 0 ${LANE_WIDTH} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path class="gap" d={gaps} />
      <path class="up" d={calls} />
      <path class="down" d={failed} />
      <path
        class="base"
        d={`M0 ${base}h${LANE_WIDTH}`}
        vector-effect="non-scaling-stroke"
      />
    </svg>
  );
}

const alignedLane = (
  axis: Axis,
  { calls, failed }: LanePoints,
): LanePoints => ({
  calls: aligned(axis, calls),
  failed: aligned(axis, failed),
});

import type {
  OverviewAnswer,
  Points,
  ProcessPoints,
} from '../../../../src/live/answers.js';
import { viewHref } from '../../app/routes.js';
import {
  aligned,
  type Axis,
  indexAt,
  mean,
  valueAt,
} from '../../charts/axis.js';
import { useCursorTime } from '../../charts/use-cursor.js';
import { openBound } from '../../charts/heat-cells.js';
import type { Format } from '../../charts/series.js';
import { Spark } from '../../charts/spark.js';
import { minutesText } from '../../format/clock.js';
import { boundedDuration, duration } from '../../format/durations.js';
import { inCurrency, money } from '../../format/money.js';
import { bytes, count, percent, SPACE } from '../../format/numbers.js';
import { Glyph } from '../../parts/glyph.js';
import { isMarked } from '../../parts/share.js';

interface TilesProps {
  readonly answer: OverviewAnswer;
  readonly axis: Axis;
}

/** The numbers of now, with their past. */
export function Tiles({ answer, axis }: TilesProps) {
  const { tiles, minutes, heat } = answer;
  const currency = answer.cost[0]?.[0] ?? answer.costSinceStart[0]?.[0];
  const common = { axis, minutes };
  const latency = boundedDuration(openBound(heat));
  const isFailing = isMarked(valueAt(tiles.failedShare, -1));
  const agents = viewHref('agents');
  const models = viewHref('models');
  return (
    <ul class="tiles">
      <Tile
        {...common}
        label="Agent calls"
        unit="/min"
        points={tiles.calls}
        href={agents}
      />
      <Tile
        {...common}
        label="Failed"
        points={tiles.failedShare}
        format={percent}
        bad={isFailing}
        href={agents}
      />
      <Tile
        {...common}
        label="Latency p95"
        points={tiles.p95}
        format={latency}
        href={agents}
      />
      <Tile
        {...common}
        label="First chunk p95"
        points={tiles.firstChunkP95}
        format={duration}
        href={models}
      />
      <Tile
        {...common}
        label="In flight"
        points={tiles.inFlight}
        href={agents}
      />
      <Tile
        {...common}
        label="Tokens"
        unit="/min"
        points={tiles.tokens}
        href={models}
      />
      <Tile
        {...common}
        label="Cost"
        unit="/h"
        points={tiles.cost}
        format={inCurrency(currency)}
        below={sumOf(answer)}
        href={models}
      />
      <Tile
        {...common}
        label="HTTP requests"
        unit="/min"
        points={tiles.http}
        href={viewHref('http')}
      />
    </ul>
  );
}

/** Several currencies leave no room for the time range. */
const sumOf = ({ cost, minutes }: OverviewAnswer): string =>
  cost.length > 1 ? money(cost) : `${money(cost)} in ${minutesText(minutes)}`;

interface ProcessTilesProps {
  readonly points: ProcessPoints;
  readonly axis: Axis;
  readonly minutes: number;
}

export function ProcessTiles({ points, axis, minutes }: ProcessTilesProps) {
  const common = { axis, minutes, href: viewHref('system') };
  return (
    <ul class="tiles four" aria-label="Process">
      <Tile
        {...common}
        label="CPU, of one core"
        points={points.cpu}
        format={percent}
      />
      <Tile {...common} label="Memory" points={points.memory} format={bytes} />
      <Tile {...common} label="Heap used" points={points.heap} format={bytes} />
      <Tile
        {...common}
        label="Event loop lag p99"
        points={points.lag}
        format={duration}
      />
    </ul>
  );
}

interface TileProps {
  readonly axis: Axis;
  readonly minutes: number;
  readonly label: string;
  readonly unit?: string;
  readonly points: Points;
  readonly format?: Format;
  readonly bad?: boolean;
  readonly below?: string;
  readonly href: string;
}

function Tile({
  axis,
  minutes,
  label,
  unit = '',
  points,
  format = count,
  bad,
  below,
  href,
}: TileProps) {
  const average = `avg ${format(mean(points))} in ${minutesText(minutes)}`;
  return (
    <li class={bad ? 'tile bad' : 'tile'}>
      <a href={href}>
        <span class="label">
          {bad && <Glyph level="bad" />}
          {label}
        </span>
        <TileValue {...{ axis, points, format, unit }} />
        <Spark axis={axis} points={points} />
        <span class="sub">{below ?? average}</span>
      </a>
    </li>
  );
}

type TileValueProps = Required<
  Pick<TileProps, 'axis' | 'points' | 'format' | 'unit'>
>;

/** The value at the crosshair, or the latest. */
function TileValue({ axis, points, format, unit }: TileValueProps) {
  const index = indexAt(axis, useCursorTime());
  const text = format(valueAt(aligned(axis, points), index));
  const [number, ...units] = text.split(SPACE);
  return (
    <span class="big">
      {number}
      <small>
        {units.join(' ')}
        {unit}
      </small>
    </span>
  );
}

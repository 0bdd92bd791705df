import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { AgentRow, OverviewAnswer } from '../../../../src/live/answers.js';
import { agentHref, viewHref } from '../../app/routes.js';
import { useMedia } from '../../app/theme.js';
import { aligned, type Axis, indexAt } from '../../charts/axis.js';
import { useCursorTime } from '../../charts/use-cursor.js';
import { Lane } from '../../charts/lane.js';
import { type LanePeak, lanePeak } from '../../charts/lane-paths.js';
import { TimeArea } from '../../charts/time-area.js';
import { TimeAxis } from '../../charts/time-axis.js';
import { minutesText } from '../../format/clock.js';
import { quantile } from '../../format/durations.js';
import { count, percent } from '../../format/numbers.js';
import { Amounts } from '../../parts/amounts.js';
import { Name } from '../../parts/name.js';
import { Panel } from '../../parts/panel.js';
import { isMarked, shareOf } from '../../parts/share.js';
import { AgentStatusMark, isTrouble } from '../../parts/status.js';

/** A phone shows fewer agents. */
export const PHONE = '(max-width: 44.99em)';
const PHONE_LANES = 4;

export interface LanesProps {
  readonly answer: OverviewAnswer;
  readonly axis: Axis;
}

/** One row for each agent, all on one time axis: what they do, and when they fail. */
export function Lanes({ answer, axis }: LanesProps) {
  const [isCommon, setCommon] = useState(false);
  const isPhone = useMedia(PHONE);
  const agents = isPhone ? answer.agents.slice(0, PHONE_LANES) : answer.agents;
  const peak = isCommon ? lanePeak(agents.map(({ lane }) => lane)) : undefined;
  return (
    <Panel
      title="Agents at work"
      unit="calls above the line, failures below"
      actions={
        <LaneActions
          {...{ isCommon, setCommon }}
          shown={agents.length}
          total={answer.agentCount}
        />
      }
    >
      <div class="lanes">
        <LaneHead minutes={answer.minutes} />
        <ul>
          {agents.map((row) => (
            <LaneRow key={row.name} {...{ row, axis, peak }} />
          ))}
        </ul>
        <div class="laneaxis">
          <span />
          <TimeAxis axis={axis} />
        </div>
      </div>
    </Panel>
  );
}

interface LaneActionsProps {
  readonly isCommon: boolean;
  readonly setCommon: (isCommon: boolean) => void;
  readonly shown: number;
  readonly total: number;
}

function LaneActions({ isCommon, setCommon, shown, total }: LaneActionsProps) {
  return (
    <span class="actions">
      <button
        type="button"
        class="quiet"
        aria-pressed={isCommon}
        title="Draws all rows on the scale of the largest"
        onClick={() => setCommon(!isCommon)}
      >
        Common scale
      </button>
      <a class="quiet" href={viewHref('agents')}>
        {total > shown ? `${shown} of ${count(total)} agents` : 'All agents'}
      </a>
    </span>
  );
}

/** What the numbers are, and of which time. */
function LaneHead({ minutes }: { readonly minutes: number }) {
  const range = minutesText(minutes);
  const columns = [
    ['Calls/min', minutesText(1)],
    ['Failed', minutesText(5)],
    ['p95', range],
    ['In flight', 'now'],
    ['Cost', range],
  ] as const;
  return (
    <div class="lanehead" aria-hidden="true">
      <span>Agent</span>
      <span />
      {columns.map(([label, time]) => (
        <span key={label} class="num">
          {label} <small>{time}</small>
        </span>
      ))}
    </div>
  );
}

interface LaneRowProps {
  readonly row: AgentRow;
  readonly axis: Axis;
  readonly peak: LanePeak | undefined;
}

function LaneRow({ row, axis, peak }: LaneRowProps) {
  const { name, status, lane } = row;
  return (
    <li>
      <span class="who">
        <Name href={agentHref(name)}>{name}</Name>
        {isTrouble(status) && <AgentStatusMark status={status} />}
      </span>
      <TimeArea axis={axis}>
        <Lane axis={axis} lane={lane} peak={peak} />
      </TimeArea>
      <LaneNumbers row={row} axis={axis} />
    </li>
  );
}

/** At the crosshair calls and failures are those of its time; the rest has no past here. */
function LaneNumbers({ row, axis }: Omit<LaneRowProps, 'peak'>) {
  const index = indexAt(axis, useCursorTime());
  const { perMinute, share } =
    index < 0 ? nowOf(row) : thenOf(row, axis, index);
  const still = index < 0 ? '' : ' still';
  return (
    <>
      <Number label="Calls/min" text={count(perMinute)} />
      <Number label="Failed" text={percent(share)} bad={isMarked(share)} />
      <Number label="p95" text={quantile(row.duration.p95)} className={still} />
      <Number
        label="In flight"
        text={count(row.inFlight)}
        bad={row.status === 'hanging'}
        className={still}
      />
      <Number
        label="Cost"
        text={<Amounts value={row.cost} />}
        className={still}
      />
    </>
  );
}

interface LaneValues {
  readonly perMinute: number | null;
  readonly share: number | null;
}

const nowOf = ({ perMinute, recent }: AgentRow): LaneValues => ({
  perMinute,
  share: shareOf(recent.failed, recent.calls),
});

function thenOf({ lane }: AgentRow, axis: Axis, index: number): LaneValues {
  const calls = aligned(axis, lane.calls)[index] ?? null;
  const failed = aligned(axis, lane.failed)[index] ?? 0;
  return {
    perMinute: calls,
    share: calls === null ? null : shareOf(failed, calls),
  };
}

interface NumberProps {
  readonly label: string;
  readonly text: ComponentChildren;
  readonly bad?: boolean;
  readonly className?: string;
}

function Number({ label, text, bad, className = '' }: NumberProps) {
  return (
    <span class={`num${className}${bad ? ' badtext' : ''}`}>
      <i class="k">{label}</i>
      {text}
    </span>
  );
}

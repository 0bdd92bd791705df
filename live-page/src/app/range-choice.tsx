import { minutesText } from '../format/clock.js';
import { SPACE } from '../format/numbers.js';

export interface RangeChoiceProps {
  readonly ranges: readonly number[];
  readonly minutes: number;
  readonly onMinutes: (minutes: number) => void;
}

/** As many buttons have room beside the links to the views. */
const MOST_BUTTONS = 3;

export function RangeChoice(props: RangeChoiceProps) {
  return props.ranges.length > MOST_BUTTONS ? (
    <RangeList {...props} />
  ) : (
    <RangeButtons {...props} />
  );
}

function RangeButtons({ ranges, minutes, onMinutes }: RangeChoiceProps) {
  return (
    <div class="segment" role="group" aria-label="Time range">
      {ranges.map((range) => (
        <button
          type="button"
          key={range}
          aria-pressed={range === minutes}
          onClick={() => onMinutes(range)}
        >
          {range}
          <span class="wide">{SPACE}min</span>
        </button>
      ))}
    </div>
  );
}

function RangeList({ ranges, minutes, onMinutes }: RangeChoiceProps) {
  return (
    <select
      aria-label="Time range"
      value={minutes}
      onChange={({ currentTarget }) => onMinutes(Number(currentTarget.value))}
    >
      {ranges.map((range) => (
        <option key={range} value={range}>
          {minutesText(range)}
        </option>
      ))}
    </select>
  );
}

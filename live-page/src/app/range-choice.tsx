import { SPACE } from '../format/numbers.js';

export interface RangeChoiceProps {
  readonly ranges: readonly number[];
  readonly minutes: number;
  readonly onMinutes: (minutes: number) => void;
}

export function RangeChoice({ ranges, minutes, onMinutes }: RangeChoiceProps) {
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

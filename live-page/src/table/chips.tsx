import { count } from '../format/numbers.js';
import { Glyph } from '../parts/glyph.js';
import type { Chip } from './column.js';

export interface ChipsProps<R> {
  readonly chips: readonly Chip<R>[];
  readonly rows: readonly R[];
  readonly chosen: string | null;
  readonly onChoose: (label: string | null) => void;
}

/** Buttons that show a part of the rows, each with how many these are. */
export function Chips<R>({ chips, rows, chosen, onChoose }: ChipsProps<R>) {
  return (
    <div class="chips" role="group" aria-label="Status">
      <button
        type="button"
        aria-pressed={chosen === null}
        onClick={() => onChoose(null)}
      >
        All <b>{count(rows.length)}</b>
      </button>
      {chips.map(({ label, level, includes }) => {
        const size = rows.filter((row) => includes(row)).length;
        return (
          <button
            type="button"
            key={label}
            aria-pressed={chosen === label}
            disabled={size === 0 && chosen !== label}
            onClick={() => onChoose(label)}
          >
            {level && <Glyph level={level} />}
            {label} <b>{count(size)}</b>
          </button>
        );
      })}
    </div>
  );
}

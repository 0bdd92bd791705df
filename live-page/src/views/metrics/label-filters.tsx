import { useEffect, useRef, useState } from 'preact/hooks';
import type { MetricDetail } from '../../../../src/live/answers.js';
import { counted } from '../../format/numbers.js';
import { suggestions, withLabelName } from './label-filter.js';

export interface LabelFiltersProps {
  readonly metric: MetricDetail;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

/** Milliseconds after the last key until the app is asked. */
const PAUSE = 250;

/** A field for words such as `agent=Refunds`, with the labels and values that there are. */
export function LabelFilters({ metric, filter, onFilter }: LabelFiltersProps) {
  const [text, setText] = useState(filter);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (text === filter) return;
    const timer = setTimeout(() => onFilter(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  if (metric.labelNames.length === 0) return null;
  const begin = (name: string) => {
    setText(withLabelName(text, name));
    field.current?.focus();
  };
  return (
    <section class="panel labelfilters" aria-label="Filter by labels">
      <label>
        <span class="vh">Filter series by labels</span>
        <input
          ref={field}
          type="search"
          list="label-values"
          placeholder={`Filter, such as ${metric.labelNames[0]}=…`}
          value={text}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <datalist id="label-values">
        {suggestions(text, metric.list).map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <LabelNames names={metric.labelNames} onName={begin} />
      <span class="count" role="status">
        {counted(metric.matching, 'series matches', 'series match')}
      </span>
    </section>
  );
}

interface LabelNamesProps {
  readonly names: readonly string[];
  readonly onName: (name: string) => void;
}

function LabelNames({ names, onName }: LabelNamesProps) {
  return (
    <div class="chips" role="group" aria-label="Labels">
      {names.map((name) => (
        <button
          type="button"
          key={name}
          class="mono"
          onClick={() => onName(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

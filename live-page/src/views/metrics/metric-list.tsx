import { useState } from 'preact/hooks';
import type { MetricRow } from '../../../../src/live/answers.js';
import { metricHref } from '../../app/routes.js';
import { count, counted } from '../../format/numbers.js';
import { Glyph } from '../../parts/glyph.js';
import { Nothing } from '../../parts/panel.js';
import { Search } from '../../table/search.js';
import { matches } from '../../table/sort.js';

export interface MetricListProps {
  readonly metrics: readonly MetricRow[];
  readonly current: string | null;
}

/** All metrics, those that overflow first. */
export function MetricList({ metrics, current }: MetricListProps) {
  const [text, setText] = useState('');
  const found = metrics.filter(({ name, help }) =>
    matches(`${name} ${help}`, text),
  );
  const shown = [...found].sort((one, other) => isFull(other) - isFull(one));
  return (
    <section class="panel list">
      <div class="tools">
        <Search label="Metrics" text={text} onText={setText} />
        <span class="count" role="status">
          {found.length < metrics.length &&
            `${found.length} of ${metrics.length}`}
        </span>
      </div>
      {shown.length > 0 ? (
        <ul>
          {shown.map((metric) => (
            <MetricLink
              key={metric.name}
              metric={metric}
              isCurrent={metric.name === current}
            />
          ))}
        </ul>
      ) : (
        <Nothing>No metric matches “{text}”.</Nothing>
      )}
    </section>
  );
}

const isFull = ({ overflows }: MetricRow): number => Number(overflows > 0);

interface MetricLinkProps {
  readonly metric: MetricRow;
  readonly isCurrent: boolean;
}

function MetricLink({ metric, isCurrent }: MetricLinkProps) {
  const { name, type, series, limit, overflows } = metric;
  return (
    <li>
      <a href={metricHref(name)} aria-current={isCurrent ? 'true' : undefined}>
        <span class="cut mono" title={name}>
          {name}
        </span>
        <small>
          {type} · {counted(series, 'series', 'series')}
          {limit !== null && ` of ${count(limit)}`}
          {overflows > 0 && (
            <span class="status warn">
              <Glyph level="warn" /> {counted(overflows, 'overflow')}
            </span>
          )}
        </small>
      </a>
    </li>
  );
}

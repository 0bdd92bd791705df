import type {
  MetricAnswer,
  MetricDetail,
} from '../../../../src/live/answers.js';
import { type Axes, useAxes } from '../../charts/axes.js';
import { ChartPanel } from '../../charts/chart-panel.js';
import { HeatPanel } from '../../charts/heat-panel.js';
import { usePalette } from '../../charts/use-palette.js';
import { lastMinutes } from '../../format/clock.js';
import { distinctLabels } from '../../format/names.js';
import { count, counted } from '../../format/numbers.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Glyph } from '../../parts/glyph.js';
import { Nothing, Panel } from '../../parts/panel.js';
import { LabelFilters } from './label-filters.js';
import { selectorOf } from './label-filter.js';
import {
  boundFormat,
  isInSeconds,
  pointFormat,
  POINTS,
  promQuery,
} from './metric-text.js';
import { SeriesTable } from './series-table.js';

export interface MetricDetailsProps {
  readonly answer: MetricAnswer;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

export function MetricDetails({
  answer,
  filter,
  onFilter,
}: MetricDetailsProps) {
  const axes = useAxes(answer);
  const { metric } = answer;
  if (!metric) {
    return (
      <section class="panel">
        <Nothing>The app has no metric of this name.</Nothing>
      </section>
    );
  }
  return (
    <>
      <MetricHead metric={metric} filter={filter} />
      <LabelFilters metric={metric} filter={filter} onFilter={onFilter} />
      {metric.list.length === 0 ? (
        <section class="panel">
          <Nothing>
            {filter ? 'No series has these labels.' : 'It has no series yet.'}
          </Nothing>
        </section>
      ) : (
        <>
          <MetricCharts metric={metric} axes={axes} />
          <SeriesTable
            metric={metric}
            axis={axes.lines}
            range={lastMinutes(answer.minutes)}
          />
        </>
      )}
    </>
  );
}

interface MetricHeadProps {
  readonly metric: MetricDetail;
  readonly filter: string;
}

function MetricHead({ metric, filter }: MetricHeadProps) {
  const query = promQuery(metric, selectorOf(filter, metric.list));
  return (
    <Panel
      title={<span class="mono wrap">{metric.name}</span>}
      unit={metric.type}
      note={metric.help}
      actions={
        <CopyButton text={metric.name} what={`the name ${metric.name}`} />
      }
    >
      <div class="query">
        <code tabIndex={0} role="note" aria-label="PromQL">
          {query}
        </code>
        <CopyButton text={query} what="the query" />
      </div>
      <SeriesCount metric={metric} />
    </Panel>
  );
}

/** How many series there are, of how many there may be. */
function SeriesCount({
  metric: { series, limit, overflows },
}: {
  readonly metric: MetricDetail;
}) {
  const most = limit === null ? '' : ` of at most ${count(limit)}`;
  return (
    <p class="seriescount">
      {counted(series, 'series', 'series')}
      {most}.{' '}
      {overflows > 0 && (
        <span class="status warn">
          <Glyph level="warn" />
          {counted(overflows, 'recording')} went to the overflow series.
        </span>
      )}
    </p>
  );
}

interface MetricChartsProps {
  readonly metric: MetricDetail;
  readonly axes: Axes;
}

const DRAWN = 6;

function MetricCharts({ metric, axes: { lines, bars } }: MetricChartsProps) {
  const palette = usePalette();
  const list = metric.list.slice(0, DRAWN);
  const texts = distinctLabels(list.map(({ labels }) => labels));
  const drawn = list.map(({ points }, index) => ({
    name: texts[index] || metric.name,
    points,
  }));
  return (
    <div class={metric.heat ? 'grid two' : 'grid one'}>
      <ChartPanel
        title={
          metric.matching > DRAWN ? `The ${DRAWN} busiest series` : 'All series'
        }
        unit={POINTS[metric.type]}
        axis={lines}
        series={palette.series(drawn, true)}
        format={pointFormat(metric)}
        durations={isInSeconds(metric)}
      />
      {metric.heat && (
        <HeatPanel
          title="All series together"
          axis={bars}
          heat={metric.heat}
          format={boundFormat(metric)}
          unit="observation"
        />
      )}
    </div>
  );
}

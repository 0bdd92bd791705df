import { useEffect } from 'preact/hooks';
import type { MetricAnswer, MetricsAnswer } from '../../../src/live/answers.js';
import { metricHref } from '../app/routes.js';
import { counted } from '../format/numbers.js';
import { Heading } from '../parts/heading.js';
import { Nothing } from '../parts/panel.js';
import { MetricDetails } from './metrics/metric-details.js';
import { MetricList } from './metrics/metric-list.js';

export interface MetricsViewProps {
  readonly answer: MetricsAnswer;
  readonly metric: MetricAnswer | undefined;
  readonly name: string | null;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

export function MetricsView({
  answer,
  metric,
  name,
  filter,
  onFilter,
}: MetricsViewProps) {
  const [first] = answer.metrics;
  useEffect(() => {
    if (name === null && first) location.replace(metricHref(first.name));
  }, [name, first?.name]);
  const series = answer.metrics.reduce((sum, one) => sum + one.series, 0);
  return (
    <>
      <Heading title="Metrics">
        {counted(answer.metrics.length, 'metric')},{' '}
        {counted(series, 'series', 'series')}
      </Heading>
      <div class="browse">
        <MetricList metrics={answer.metrics} current={name} />
        <div class="stackcol">
          {metric ? (
            <MetricDetails
              key={name}
              answer={metric}
              filter={filter}
              onFilter={onFilter}
            />
          ) : (
            <section class="panel">
              <Nothing>Loading …</Nothing>
            </section>
          )}
        </div>
      </div>
    </>
  );
}

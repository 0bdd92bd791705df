import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../format/numbers.js';
import { Nothing, Panel } from '../parts/panel.js';
import type { Axis } from './axis.js';
import { Legend } from './legend.js';
import type { ChartKind, ChartSeries, Format } from './series.js';
import { TimeChart } from './time-chart.js';
import { ValueTable } from './value-table.js';

export interface ChartPanelProps {
  readonly title: string;
  readonly unit?: string;
  readonly axis: Axis;
  readonly series: readonly ChartSeries[];
  readonly kind?: ChartKind;
  readonly format?: Format;
  readonly log?: boolean;
  /** Whether the values are seconds, whose axis has ticks of its own. */
  readonly durations?: boolean;
  readonly empty?: ComponentChildren;
}

/** A chart with its legend; or its values as a table, which some people prefer. */
export function ChartPanel(props: ChartPanelProps) {
  const [asTable, setAsTable] = useState(false);
  const { title, unit, series, empty } = props;
  const isEmpty = series.every(({ points }) =>
    points.every((value) => value === null),
  );
  const toggle = !isEmpty && (
    <button
      type="button"
      class="quiet"
      aria-pressed={asTable}
      onClick={() => setAsTable(!asTable)}
    >
      <span class="vh">{title} as </span>Table
    </button>
  );
  return (
    <Panel title={title} unit={unit} actions={toggle}>
      {isEmpty ? (
        <Nothing>{empty ?? 'Nothing was recorded in this time.'}</Nothing>
      ) : (
        <ChartBody {...props} asTable={asTable} />
      )}
    </Panel>
  );
}

function ChartBody({
  asTable,
  ...props
}: ChartPanelProps & { readonly asTable: boolean }) {
  const [reading, setReading] = useState(false);
  const { title, unit, axis, series, kind = 'line', format = count } = props;
  const { log = false, durations = false } = props;
  const label = unit ? `${title}, ${unit}` : title;
  return (
    <>
      <Legend {...{ axis, series, kind, format, reading }} />
      {asTable ? (
        <ValueTable {...{ axis, series, format, title }} />
      ) : (
        <TimeChart
          {...{ axis, series, kind, format, log, durations, label }}
          onReading={setReading}
        />
      )}
    </>
  );
}

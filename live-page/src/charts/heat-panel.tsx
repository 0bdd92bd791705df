import type { Heat } from '../../../src/live/answers.js';
import { axisDuration } from '../format/durations.js';
import { Nothing, Panel } from '../parts/panel.js';
import type { Axis } from './axis.js';
import { HeatMap } from './heat-map.js';

export interface HeatPanelProps {
  readonly title: string;
  readonly axis: Axis;
  readonly heat: Heat;
  readonly format?: (bound: number) => string;
  readonly unit?: string;
}

export function HeatPanel({
  title,
  axis,
  heat,
  format = axisDuration,
  unit = 'call',
}: HeatPanelProps) {
  return (
    <Panel title={title} unit={`each cell counts ${unit}s`}>
      {heat.bounds.length > 0 ? (
        <HeatMap {...{ axis, heat, format, unit }} label={title} />
      ) : (
        <Nothing>Nothing was recorded in this time.</Nothing>
      )}
    </Panel>
  );
}

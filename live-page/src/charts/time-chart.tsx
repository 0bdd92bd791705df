import {
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'preact/hooks';
import uPlot from 'uplot';
import type { Points } from '../../../src/live/answers.js';
import { ThemeContext } from '../app/theme.js';
import { aligned, type Axis } from './axis.js';
import { useCursor } from './use-cursor.js';
import { plotOptions } from './plot-options.js';
import { readingKeys } from './reading-keys.js';
import { aboveZero, below, stacked } from './scales.js';
import type { ChartKind, ChartSeries, Format } from './series.js';

export interface TimeChartProps {
  readonly axis: Axis;
  readonly series: readonly ChartSeries[];
  readonly kind: ChartKind;
  readonly format: Format;
  readonly log: boolean;
  readonly durations: boolean;
  readonly label: string;
  /** Whether the reader moves the crosshair by keys. */
  readonly onReading: (reading: boolean) => void;
}

/** A chart over time, drawn by uPlot. Its numbers stand in the legend. */
export function TimeChart(props: TimeChartProps) {
  const cursor = useCursor();
  const box = usePlot(props);
  const leave = () => {
    cursor.set(null);
    props.onReading(false);
  };
  return (
    <div
      class="chart"
      tabIndex={0}
      role="group"
      aria-label={`Chart: ${props.label}. Arrow keys read single times.`}
      onKeyDown={readingKeys(props.axis, cursor)}
      onFocus={() => props.onReading(true)}
      onBlur={leave}
    >
      <div ref={box} class="plot" aria-hidden="true" />
    </div>
  );
}

/** A plot in the returned element: another one if what it is made of changes. */
function usePlot(props: TimeChartProps) {
  const { axis, series, kind, log, durations } = props;
  const cursor = useCursor();
  const theme = useContext(ThemeContext);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const current = useRef(props);
  current.current = props;
  const data = useMemo(() => plotData(props), [axis, series, kind, log]);
  const parts = series.map(({ label, color }) => [label, color]);
  const shape = JSON.stringify([kind, log, durations, theme, parts]);

  // A layout effect, so that a printed page has what is drawn.
  useLayoutEffect(() => {
    const element = box.current!;
    const created = new uPlot(
      optionsOf(current, cursor, element),
      data,
      element,
    );
    plot.current = created;
    const stops = [
      followCursor(created, cursor),
      followSize(created, element),
      leaveCursor(created, cursor),
    ];
    return () => {
      stops.forEach((stop) => stop());
      created.destroy();
    };
  }, [shape, cursor]);
  useLayoutEffect(() => plot.current?.setData(data), [data]);
  useEffect(() => () => void (plot.current = null), []);
  return box;
}

function optionsOf(
  current: { readonly current: TimeChartProps },
  cursor: ReturnType<typeof useCursor>,
  element: HTMLElement,
): uPlot.Options {
  return plotOptions(
    {
      ...current.current,
      axis: () => current.current.axis,
      // Another unit may come with the next answer, such as another currency.
      format: (value) => current.current.format(value),
      // The pointer's own plot shows the crosshair already.
      onPoint: (time, plot) => cursor.set(time, plot),
    },
    sizeOf(element),
  );
}

const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => ({
  width: clientWidth,
  height: clientHeight,
});

function followCursor(plot: uPlot, cursor: ReturnType<typeof useCursor>) {
  return cursor.subscribe((time, from) => {
    if (from === plot) return;
    const left = time === null ? -10 : plot.valToPos(time, 'x');
    plot.setCursor({ left, top: time === null ? -10 : 0 });
  });
}

function followSize(plot: uPlot, element: HTMLElement) {
  const observer = new ResizeObserver(() => {
    const size = sizeOf(element);
    const changed = size.width !== plot.width || size.height !== plot.height;
    if (size.width > 0 && changed) plot.setSize(size);
  });
  observer.observe(element);
  return () => observer.disconnect();
}

function leaveCursor(plot: uPlot, cursor: ReturnType<typeof useCursor>) {
  const leave = () => cursor.set(null);
  plot.over.addEventListener('mouseleave', leave);
  return () => plot.over.removeEventListener('mouseleave', leave);
}

/** What uPlot draws: the times, and each series as it is placed. */
function plotData({
  axis,
  series,
  kind,
  log,
}: TimeChartProps): uPlot.AlignedData {
  const nothing = axis.times.map(() => null);
  const points = series.map((one) =>
    one.points.length > 0 ? aligned(axis, one.points) : nothing,
  );
  const placed = placedPoints(kind, log, points);
  return [[...axis.times], ...placed.map((values) => [...values])];
}

function placedPoints(
  kind: ChartKind,
  log: boolean,
  points: readonly Points[],
): readonly Points[] {
  if (kind === 'stack') return stacked(points);
  if (kind === 'mirror')
    return [points[0]!, ...points.slice(1).map((values) => below(values))];
  return log ? points.map((values) => aboveZero(values)) : points;
}

import { type Cell, HistogramCell, ValueCell } from '../../model/cells.js';
import type { LabelSet } from '../../model/labels.js';
import type { SampledMetric } from './sampled-metric.js';

/** Another series for this place in the history has to be so many times busier. */
const HYSTERESIS = 2;

/** A series of which the history keeps what happened. */
export class TrackedSeries implements LabelSet {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Tells the series from the others of its metric. */
  readonly text: string;
  /** The cell at the last sample. A series that was reset has another one. */
  cell: Cell | undefined;
  /** The number of the first sample that is about this series: its slot had another one before. */
  readonly since: number;
  /** The number of the last sample in which it changed. */
  lastChange: number;
  /** How much it changed lately. Older changes count less. */
  activity = 0;
  /** The level of a gauge before the first sample of the log; `NaN` if it was absent. */
  levelBefore = NaN;
  /** The level of a gauge at the last sample; `NaN` if it was absent. */
  level = NaN;

  constructor(
    readonly metric: SampledMetric,
    readonly slot: number,
    /** The row of its last values in the metric. */
    readonly row: number,
    cell: Cell,
    sample: number,
  ) {
    this.names = cell.names;
    this.values = cell.values;
    this.text = cell.text;
    this.cell = cell;
    this.since = sample;
    this.lastChange = sample;
  }

  changed(sample: number, amount: number): void {
    this.lastChange = sample;
    this.activity += amount;
  }

  /** Has increases count from the values that the cell has now. */
  startFrom(cell: Cell): void {
    const { previous, width, type } = this.metric;
    const start = this.row * width;
    if (cell instanceof HistogramCell) {
      previous.set(cell.counts, start);
      previous[start + width - 1] = cell.sum;
    } else if (cell instanceof ValueCell && type === 'counter') {
      previous[start] = cell.value;
    }
  }

  /** Has increases count from 0: the series was reset. */
  startFromZero(): void {
    const { previous, width } = this.metric;
    previous.fill(0, this.row * width, (this.row + 1) * width);
  }

  /** What another series must have changed by to take the place of this one. */
  get defence(): number {
    return this.activity * HYSTERESIS;
  }
}

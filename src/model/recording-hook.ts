import type { Cell, HistogramCell, ValueCell } from './cells.js';
import type { ExemplarSampler } from './exemplars.js';
import type { Family } from './family.js';

/** Hears of recordings, right after they were made. Must be quick, and never throw. */
export interface RecordingListener {
  /** @param value what was added or observed; of a gauge, what it is now. */
  recorded(family: Family, cell: Cell, value: number): void;
}

/** What is done in addition to a recording: an exemplar is taken, a listener is called. Most families have no hook. */
// Why: docs/decisions/recording.md, "A recording checks one field for exemplars and events".
export class RecordingHook {
  constructor(
    private readonly family: Family,
    private readonly exemplars: ExemplarSampler | undefined,
    private readonly listener: RecordingListener | undefined,
  ) {}

  get hasListener(): boolean {
    return this.listener !== undefined;
  }

  counted(cell: ValueCell, value: number): void {
    if (this.exemplars !== undefined) {
      cell.exemplar = this.exemplars.next(cell.exemplar, value);
    }
    this.listener?.recorded(this.family, cell, value);
  }

  /** On a gauge with a callback, a change is no recording. */
  changed(cell: ValueCell): void {
    if (this.family.isReadThrough) this.family.changed(cell);
    else this.listener?.recorded(this.family, cell, cell.value);
  }

  observed(cell: HistogramCell, bucket: number, value: number): void {
    if (this.exemplars !== undefined) {
      takeExemplar(cell, bucket, value, this.exemplars);
    }
    this.listener?.recorded(this.family, cell, value);
  }
}

function takeExemplar(
  cell: HistogramCell,
  bucket: number,
  value: number,
  source: ExemplarSampler,
): void {
  const previous = cell.exemplars?.[bucket];
  const next = source.next(previous, value);
  if (next === previous) return;
  cell.exemplars ??= cell.counts.map(() => undefined);
  cell.exemplars[bucket] = next;
}

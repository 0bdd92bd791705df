import type { Cell, HistogramCell, ValueCell } from './cells.js';
import type { ExemplarSampler } from './exemplars.js';
import type { MetricType } from './metric-type.js';
import type { SeriesExpiry } from './series-expiry.js';

/** The family of a recording. */
export interface RecordedFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string | undefined;
  /** Whether a callback sets series. Then a change is no recording. */
  readonly isReadThrough: boolean;
  /** Notes when series were recorded in, if unused ones are removed. */
  readonly expiry: SeriesExpiry | undefined;
  /** Notes a changed series, if the family has a callback. */
  changed(cell: ValueCell): void;
}

/** Is called right after each recording. Must be quick, and never throw. */
export interface RecordingListener {
  /** @param value the amount that was added or observed, or the present value of a gauge. */
  recorded(family: RecordedFamily, cell: Cell, value: number): void;
}

/** What is done in addition to a recording: an exemplar is taken, a listener is called, the time is noted. Most families have no hook. */
// Why: docs/decisions/recording.md, "A recording checks one field for exemplars and events".
export class RecordingHook {
  private readonly expiry: SeriesExpiry | undefined;

  constructor(
    private readonly family: RecordedFamily,
    private readonly exemplars: ExemplarSampler | undefined,
    private readonly listener: RecordingListener | undefined,
  ) {
    this.expiry = family.expiry;
  }

  get hasListener(): boolean {
    return this.listener !== undefined;
  }

  counted(cell: ValueCell, value: number): void {
    if (this.exemplars !== undefined) {
      cell.exemplar = this.exemplars.next(cell.exemplar, value);
    }
    this.listener?.recorded(this.family, cell, value);
    this.expiry?.touch(cell);
  }

  /** A change of a gauge with a callback is no recording. */
  changed(cell: ValueCell): void {
    if (this.family.isReadThrough) this.family.changed(cell);
    else this.listener?.recorded(this.family, cell, cell.value);
    this.expiry?.touch(cell);
  }

  observed(cell: HistogramCell, bucket: number, value: number): void {
    if (this.exemplars !== undefined) {
      takeExemplar(cell, bucket, value, this.exemplars);
    }
    this.listener?.recorded(this.family, cell, value);
    this.expiry?.touch(cell);
  }
}

/** The hook of a family; `undefined` if nothing is done in addition to its recordings. */
export function hookOf(
  family: RecordedFamily,
  exemplars: ExemplarSampler | undefined,
  listener: RecordingListener | undefined,
): RecordingHook | undefined {
  const isNeeded =
    exemplars !== undefined ||
    listener !== undefined ||
    family.expiry !== undefined ||
    family.isReadThrough;
  return isNeeded ? new RecordingHook(family, exemplars, listener) : undefined;
}

function takeExemplar(
  cell: HistogramCell,
  bucket: number,
  value: number,
  sampler: ExemplarSampler,
): void {
  const previous = cell.exemplars?.[bucket];
  const next = sampler.next(previous, value);
  if (next === previous) return;
  cell.exemplars ??= cell.counts.map(() => undefined);
  cell.exemplars[bucket] = next;
}

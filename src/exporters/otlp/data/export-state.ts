import { Deltas } from '../../pipeline/deltas.js';
import { SeriesLedger } from '../../pipeline/series-ledger.js';
import type { ExemplarSnapshot, MetricsSnapshot } from '../../snapshot.js';
import type { TimeSlice } from '../../../core/event-loop-yielder.js';
import type { OtlpTemporality } from '../config/otlp.options.js';

/** A series whose total only grows, unless it was reset. */
interface GrowingSeries {
  readonly key: string;
  readonly created: number | undefined;
}

/** What an exporter remembers from export to export. Times are in seconds since the Unix epoch. */
export class ExportState {
  /** What the backend has acknowledged, if only the growth since then is sent. */
  readonly deltas: Deltas | undefined;
  private readonly ledger = new SeriesLedger();
  private exportTime = -Infinity;
  /** When the last snapshot was taken that was delivered as a whole. */
  private deliveredAt = -Infinity;

  constructor(temporality: OtlpTemporality) {
    this.deltas = temporality === 'delta' ? new Deltas(this.ledger) : undefined;
  }

  /** When the snapshot was taken that is exported now. */
  get time(): number {
    return this.exportTime;
  }

  async begin(snapshot: MetricsSnapshot, slice: TimeSlice): Promise<void> {
    await this.ledger.prune(snapshot, slice);
    // The clock was set back: to send an exemplar twice is better than to send none for as long.
    if (snapshot.time < this.exportTime) this.forgetSentExemplars();
    this.exportTime = snapshot.time;
  }

  /** The backend has all of the snapshot. */
  acknowledgeAll(): void {
    this.deliveredAt = this.exportTime;
  }

  /**
   * When a series began. Those of prom-client do not say it: they began when they were seen first,
   * and again when they are lower than before (OpenTelemetry specification, "Metrics Data
   * Model", "Cumulative streams: handling unknown start time").
   *
   * @param total its value, or its count.
   */
  startTimeOf(metric: string, series: GrowingSeries, total: number): number {
    if (series.created !== undefined) return series.created;
    const state = this.ledger.getOrCreate(metric, series.key);
    const { startTime = Infinity } = state;
    // A start in the future was noted before the clock was set back.
    if (total < state.total || startTime > this.exportTime) {
      state.startTime = this.exportTime;
    }
    state.total = total;
    return state.startTime!;
  }

  /** The exemplars of a series that the backend does not have yet. */
  unsentExemplars(
    metric: string,
    key: string,
    all: readonly (ExemplarSnapshot | undefined)[],
  ): readonly ExemplarSnapshot[] {
    const { exemplarsSentAt = -Infinity } = this.ledger.find(metric, key) ?? {};
    const sentAt = Math.max(exemplarsSentAt, this.deliveredAt);
    const isUnsent = (one: ExemplarSnapshot | undefined) =>
      one !== undefined && one.timestamp > sentAt;
    return all.filter(isUnsent) as ExemplarSnapshot[];
  }

  /** The backend has the exemplars of a series. */
  acknowledgeExemplars(metric: string, key: string): void {
    const state = this.ledger.getOrCreate(metric, key);
    state.exemplarsSentAt = this.exportTime;
  }

  private forgetSentExemplars(): void {
    this.deliveredAt = -Infinity;
    for (const state of this.ledger.all()) state.exemplarsSentAt = -Infinity;
  }
}

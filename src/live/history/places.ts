import type { History } from './history.js';
import type { SampledMetric } from './sampled-metric.js';
import type { TrackedSeries } from './tracked-series.js';

/** Samples between two reviews of which series are tracked. */
const REVIEW_EVERY = 12;

/** How much of the activity counts at the next review. */
const DECAY = 0.5;

/** Series that may be changed for busier ones at one review: each change loses a history. */
const MAX_CHANGES = 200;

/** More series than metrics usually have that describe the process. */
const MANY = 50;

/** A series without a place in the history. */
interface Candidate {
  readonly metric: SampledMetric;
  /** The position of its cell. */
  readonly at: number;
  readonly increase: number;
}

/** Gives the places of the history to the busiest series. */
export class Places {
  private candidates: Candidate[] = [];
  private samples = 0;
  private leftOut = 0;

  constructor(private readonly history: History) {}

  begin(): void {
    this.leftOut = 0;
  }

  /** Notes a series that had no place in this sample. */
  passedOver(metric: SampledMetric, at: number, increase: number): void {
    this.leftOut++;
    if (increase > 0 && this.isReview) {
      this.candidates.push({ metric, at, increase });
    }
  }

  /**
   * Once in a while the busiest candidates take the places of idle series.
   *
   * @param present the names of the metrics of this sample.
   */
  end(present: ReadonlySet<string>): void {
    this.history.leftOut = this.leftOut;
    if (this.isReview) {
      this.history.forgetGone(present);
      this.exchange();
      this.candidates = [];
    }
    this.samples++;
  }

  /** Whether this sample decides on the places. */
  get isReview(): boolean {
    return this.samples % REVIEW_EVERY === REVIEW_EVERY - 1;
  }

  private exchange(): void {
    const { history } = this;
    const candidates = this.candidates.sort((a, b) => b.increase - a.increase);
    const idlest = idlestFirst(history.slots);
    for (const one of candidates.slice(0, MAX_CHANGES)) {
      if (!history.hasRoom) {
        const victim = idlest.shift();
        if (victim === undefined || victim.defence >= one.increase) break;
        history.untrack(victim);
      }
      this.admit(one);
    }
    for (const series of history.slots) {
      if (series !== undefined) series.activity *= DECAY;
    }
  }

  /** The increases of the series count from now on. */
  private admit({ metric, at }: Candidate): void {
    const cell = metric.cells[at];
    if (cell === undefined || metric.tracked[at] !== undefined) return;
    const series = this.history.track(metric, cell);
    metric.tracked[at] = series;
    series.startFrom(cell);
    this.history.leftOut--;
  }
}

/** Gauges have a level even if it does not change. Where there are few, as those of the process, they keep their place. */
function idlestFirst(
  slots: readonly (TrackedSeries | undefined)[],
): TrackedSeries[] {
  return slots
    .filter((series) => series !== undefined)
    .filter(({ metric }) => metric.width > 0 || metric.cells.length > MANY)
    .sort((a, b) => a.activity - b.activity);
}

import { labelPairs } from './label-text.js';
import type { LabelSet } from './labels.js';

/** The label sets of the series that a metric has whenever pages show it, recorded in or not. */
export class InitialSeries {
  private readonly byText = new Map<string, LabelSet>();

  /** @param maxSeries how many series the metric may have. One more set is kept, as the series without room is reported. */
  constructor(private readonly maxSeries: number) {}

  add(set: LabelSet): void {
    if (this.byText.size > this.maxSeries) return;
    this.byText.set(labelPairs(set), set);
  }

  has(set: LabelSet): boolean {
    return this.byText.has(labelPairs(set));
  }

  get sets(): Iterable<LabelSet> {
    return this.byText.values();
  }
}

import type { FamilyDescriptor } from './family-descriptor.js';
import {
  canonicalSet,
  type GivenLabels,
  type LabelFilter,
  type Labels,
  type LabelSet,
  readLabels,
} from './labels.js';

/** The labels of the series that takes recordings once a family is full (OpenTelemetry metrics SDK, "Cardinality limits"). */
// Why: docs/decisions/recording.md, "The series of a metric are bounded".
export const OVERFLOW: Labels = { otel_metric_overflow: 'true' };

/** Makes the labels of series from labels as they are given: with the default labels, and changed by filters. */
export class SeriesLabels {
  private readonly metric: string;
  private readonly defaults: Labels;
  private readonly filter: LabelFilter | undefined;
  /** Whether series have exactly the labels that are given. */
  readonly keepsGiven: boolean;

  constructor({ name, defaultLabels, filterLabels }: FamilyDescriptor) {
    this.metric = name;
    this.defaults = defaultLabels;
    this.filter = filterLabels;
    this.keepsGiven =
      filterLabels === undefined && Object.keys(defaultLabels).length === 0;
  }

  /** @throws {LabelError} if the labels are invalid. */
  of(given: GivenLabels): LabelSet {
    const set = canonicalSet(given, this.metric, this.defaults);
    return this.filter === undefined ? set : this.filter(set);
  }

  /** As {@link of}, for an object of labels. */
  ofObject(labels: Labels): LabelSet {
    return this.of(readLabels(labels, this.metric));
  }
}

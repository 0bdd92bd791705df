import type { Family } from './family.js';
import type { LabelFilter, Labels } from './labels.js';
import type { MetricType } from './metric-type.js';

/** What is known of a metric before its first series. */
export interface FamilyDefinition {
  /** The exposed name. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string | undefined;
  /** Labels of every series, unless it has its own of that name. */
  readonly defaultLabels: Labels;
  /** How many series it may have before the rest goes to the overflow series. */
  readonly maxSeries: number;
  /** Changes the label set of each series when it is made. */
  readonly filterLabels: LabelFilter | undefined;
}

/** Receives the events of its families: a cleared one is used again, one is full, a callback failed. */
export interface FamilyKeeper {
  /**
   * A family that is not registered is about to get a series. Returns the registered
   * family of its name, which is another one if the name was asked for again since;
   * `undefined` if there is no room. Throws if the name was given to another type.
   */
  reregister(family: Family): Family | undefined;
  /** A family is full. Returns what is to be called for each recording that goes to the overflow series. */
  overflowed(family: Family): () => void;
  /** The callback of a gauge failed. */
  collectFailed(family: Family, error: unknown): void;
}

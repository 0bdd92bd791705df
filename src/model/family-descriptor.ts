import type { LabelFilter, Labels } from './labels.js';
import type { MetricType } from './metric-type.js';

/** The description of a metric: all that is known before its first series. */
export interface FamilyDescriptor {
  /** The exposed name, namespace and subsystem included. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string | undefined;
  /** Labels of every series that has none of the same name. */
  readonly defaultLabels: Labels;
  /** The largest number of series, without the overflow series. */
  readonly maxSeries: number;
  /** Whether series may be removed that were not recorded in for long. */
  readonly canExpire: boolean;
  /** Whether series may exist before the first recording. */
  readonly hasInitialSeries: boolean;
  /** Changes the label set of each new series. */
  readonly filterLabels: LabelFilter | undefined;
}

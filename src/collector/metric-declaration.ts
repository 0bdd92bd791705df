import type { MetricType } from '../model/metric-type.js';

/** A metric that is going to be recorded, as it is known before the first recording. */
export interface MetricDeclaration {
  /** The name as it is asked for with. */
  readonly name: string;
  readonly type: MetricType;
  /** Whether namespace and subsystem stand before the name. Default: `true`. */
  readonly prefixed?: boolean;
  /** A help text that a user has written; not the default text of a decorator. */
  readonly description?: string | undefined;
  /** Upper bounds, if they are given where the metric is declared. */
  readonly buckets?: readonly number[] | undefined;
  /** Where it is declared, for messages, e.g. `@Timed() on Assistant.run()`. */
  readonly place: string;
}

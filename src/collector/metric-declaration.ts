import type { MetricType } from '../model/metric-type.js';

/** A metric that is declared before its first recording. */
export interface MetricDeclaration {
  /** The name without namespace and subsystem. */
  readonly name: string;
  readonly type: MetricType;
  /** Whether namespace and subsystem precede the name. Default: `true`. */
  readonly prefixed?: boolean;
  /** A help text that the app gives; not the default text of a decorator. */
  readonly description?: string | undefined;
  /** Upper bounds, if the declaration gives them. */
  readonly buckets?: readonly number[] | undefined;
  /** Where it is declared, for messages, e.g. `@Timed() on Assistant.run()`. */
  readonly place: string;
}

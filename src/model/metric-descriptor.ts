/**
 * What a metric of the package is. The code that records it, the dashboards and the rules take its
 * name, help text and labels from here.
 */
export interface MetricDescriptor<Label extends string = string> {
  /** The name without namespace and subsystem. */
  readonly name: string;
  /** `timer`: a histogram of seconds. */
  readonly type: 'counter' | 'gauge' | 'histogram' | 'timer';
  /** The help text. */
  readonly description: string;
  /** The names of all labels that its series may have; the app may add others. */
  readonly labels: readonly Label[];
}

/** Descriptors by a short name for code. */
export type MetricDescriptors = Readonly<Record<string, MetricDescriptor>>;

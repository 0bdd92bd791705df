import type { Labels } from '../../model/labels.js';
import { MetricType } from '../../model/metric-type.js';

/** How a call has ended: the label `status`. `cancelled` is a stream that its consumer left before its end. */
export type CallStatus = 'success' | 'error' | 'cancelled';

/** A call that has ended, as label functions see it. */
export interface EndedCall {
  /** The arguments of the method. */
  readonly args: readonly any[];
  /** `cancelled` if the consumer of a stream left before its end. */
  readonly status: CallStatus;
  /** The value that the call returned or resolved to, or that a generator returned at its end; `undefined` for Observables and failed calls. */
  readonly result: any;
  /** The error that the call threw or rejected with; `undefined` if it succeeded. */
  readonly error: unknown;
}

/** Labels that are always the same, or computed when a call has ended. */
export type CallLabels = Labels | ((call: EndedCall) => Labels);

/** One metric that calls are recorded in. */
export interface CallMetric {
  /** The name without namespace and subsystem. */
  readonly name: string;
  readonly type: MetricType.TIMER | MetricType.COUNTER;
  /** The help text of the user. */
  readonly description: string | undefined;
  /** The default help text. */
  readonly summary: string;
  /** The buckets of the user. */
  readonly buckets: readonly number[] | undefined;
  readonly labels: CallLabels | undefined;
  /** The further labels of series that exist before the first call, for labels that calls give. */
  readonly initialLabels: readonly Labels[] | undefined;
  /** Whether only failed calls are recorded. */
  readonly failuresOnly: boolean;
  readonly figure: Figure;
}

/** What a call adds to a metric. */
export type Figure = 'seconds' | 'calls' | 'secondsToFirstItem' | 'items';

interface CallMetricOptions {
  name: string;
  description?: string | undefined;
  summary: string;
  labels?: CallLabels | undefined;
  initialLabels?: readonly Labels[] | undefined;
}

interface TimerOptions extends CallMetricOptions {
  buckets?: readonly number[] | undefined;
}

/** Durations of calls, in a timer. */
export function timedCalls(options: TimerOptions): CallMetric {
  return timer('seconds', options);
}

/** Durations until the first item of a stream, in a timer. */
export function timedFirstItems(options: TimerOptions): CallMetric {
  return timer('secondsToFirstItem', options);
}

interface CounterOptions extends CallMetricOptions {
  failuresOnly?: boolean | undefined;
}

/** Numbers of calls, in a counter. */
export function countedCalls(options: CounterOptions): CallMetric {
  return counter('calls', options);
}

/** Numbers of items that streams gave, in a counter. */
export function countedItems(options: CallMetricOptions): CallMetric {
  return counter('items', options);
}

function timer(figure: Figure, options: TimerOptions): CallMetric {
  const { name, description, summary, labels, initialLabels } = options;
  const { buckets } = options;
  return {
    name,
    type: MetricType.TIMER,
    description,
    summary,
    // A copy: the caller may change the array later, and it is checked only once.
    buckets: buckets && [...buckets],
    labels,
    initialLabels,
    failuresOnly: false,
    figure,
  };
}

function counter(figure: Figure, options: CounterOptions): CallMetric {
  const { name, description, summary, labels, initialLabels } = options;
  const { failuresOnly = false } = options;
  return {
    name,
    type: MetricType.COUNTER,
    description,
    summary,
    buckets: undefined,
    labels,
    initialLabels,
    failuresOnly,
    figure,
  };
}

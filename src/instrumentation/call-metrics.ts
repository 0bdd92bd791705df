import type { MetricsCollector } from '../collector/metrics-collector.js';
import type { CounterSeries } from '../model/counter.js';
import { HistogramSeries } from '../model/histogram.js';
import type { Labels } from '../model/labels.js';

/** A call that has ended, as label functions see it. */
export interface EndedCall {
  readonly args: readonly any[];
  /** What it returned, resolved to or, as a generator, returned at its end; `undefined` for Observables and failed calls. */
  readonly result: any;
  /** What it threw or rejected with; `undefined` if it succeeded. */
  readonly error: unknown;
}

/** Labels that are always the same, or computed when a call has ended. */
export type CallLabels = Labels | ((call: EndedCall) => Labels);

/** One metric that calls are recorded in. */
export interface CallMetric {
  /** Without namespace and subsystem. */
  readonly name: string;
  readonly labels: CallLabels | undefined;
  /** Whether successful calls are left out. */
  readonly failuresOnly: boolean;
  /** Makes the metric in a collector. */
  open(collector: MetricsCollector): CallInstrument;
}

/** How a call is written to a metric once its labels are known. */
export interface CallInstrument {
  record(labels: Labels, seconds: number): void;
  /** The same for labels that come again and again; see {@link recordIn}. */
  series(labels: Labels): CallSeries;
}

export type CallSeries = CounterSeries | HistogramSeries;

/** A function, not a method of both: V8 sees two known calls in it and makes them part of the caller. */
export function recordIn(series: CallSeries, seconds: number): void {
  if (series instanceof HistogramSeries) series.observe(seconds);
  else series.inc();
}

interface TimedCalls {
  name: string;
  description: string;
  labels?: CallLabels | undefined;
  buckets?: readonly number[] | undefined;
}

/** Durations of calls, in a timer. */
export function timedCalls(options: TimedCalls): CallMetric {
  const { name, labels, ...timer } = options;
  return {
    name,
    labels,
    failuresOnly: false,
    open: (collector) => {
      const histogram = collector.timer(name, timer);
      return {
        record: (labels, seconds) => histogram.observe(labels, seconds),
        series: (labels) => histogram.labels(labels),
      };
    },
  };
}

interface CountedCalls {
  name: string;
  description: string;
  labels?: CallLabels | undefined;
  failuresOnly?: boolean | undefined;
}

/** Numbers of calls, in a counter. */
export function countedCalls(options: CountedCalls): CallMetric {
  const { name, labels, failuresOnly = false, ...counter } = options;
  return {
    name,
    labels,
    failuresOnly,
    open: (collector) => {
      const calls = collector.counter(name, counter);
      return {
        record: (labels) => calls.inc(labels),
        series: (labels) => calls.labels(labels),
      };
    },
  };
}

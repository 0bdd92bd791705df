import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Counter, CounterSeries } from '../../model/counter.js';
import { type Histogram, HistogramSeries } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';

export type CallStatus = 'success' | 'error' | 'cancelled';

/** A call that has ended, as label functions see it. */
export interface EndedCall {
  readonly args: readonly any[];
  /** `cancelled` if the consumer of a stream left before its end. */
  readonly status: CallStatus;
  /** What it returned, resolved to or, as a generator, returned at its end; `undefined` for Observables and failed calls. */
  readonly result: any;
  /** What it threw or rejected with; `undefined` if it succeeded. */
  readonly error: unknown;
}

/** Labels that are always the same, or computed when a call has ended. */
export type CallLabels = Labels | ((call: EndedCall) => Labels);

/** What there is to be recorded of a call once it has ended. Seconds are those of the call's own work. */
export interface CallFigures {
  readonly seconds: number;
  /** Items that a stream gave. */
  readonly items: number;
  /** Until the first of them; `undefined` if there was none. */
  readonly secondsToFirstItem: number | undefined;
}

/** One metric that calls are recorded in. */
export interface CallMetric {
  /** Without namespace and subsystem. */
  readonly name: string;
  readonly labels: CallLabels | undefined;
  /** Whether successful and cancelled calls are left out. */
  readonly failuresOnly: boolean;
  readonly figure: Figure;
  /** Makes the metric in a collector. */
  open(collector: MetricsCollector): Counter | Histogram;
}

type Figure = 'seconds' | 'calls' | 'secondsToFirstItem' | 'items';

/** What a call adds to the metric; `undefined` if it has nothing for it. */
export function figureOf(
  call: CallFigures,
  figure: Figure,
): number | undefined {
  switch (figure) {
    case 'seconds':
      return call.seconds;
    case 'calls':
      return 1;
    case 'secondsToFirstItem':
      return call.secondsToFirstItem;
    case 'items':
      return call.items > 0 ? call.items : undefined;
  }
}

export type CallSeries = CounterSeries | HistogramSeries;

/** A function, not a method of both: V8 sees two known calls in it and makes them part of the caller. */
export function recordIn(series: CallSeries, value: number): void {
  if (series instanceof HistogramSeries) series.observe(value);
  else series.inc(value);
}

interface MetricTerms {
  name: string;
  description: string;
  labels?: CallLabels | undefined;
}

interface TimerTerms extends MetricTerms {
  buckets?: readonly number[] | undefined;
}

/** Durations of calls, in a timer. */
export function timedCalls(terms: TimerTerms): CallMetric {
  return timer('seconds', terms);
}

/** Durations until the first item of a stream, in a timer. */
export function timedFirstItems(terms: TimerTerms): CallMetric {
  return timer('secondsToFirstItem', terms);
}

interface CounterTerms extends MetricTerms {
  failuresOnly?: boolean | undefined;
}

/** Numbers of calls, in a counter. */
export function countedCalls(terms: CounterTerms): CallMetric {
  return counter('calls', terms);
}

/** Numbers of items that streams gave, in a counter. */
export function countedItems(terms: MetricTerms): CallMetric {
  return counter('items', terms);
}

function timer(figure: Figure, terms: TimerTerms): CallMetric {
  const { name, labels, ...options } = terms;
  return {
    name,
    labels,
    failuresOnly: false,
    figure,
    open: (collector) => collector.timer(name, options),
  };
}

function counter(figure: Figure, terms: CounterTerms): CallMetric {
  const { name, labels, failuresOnly = false, ...options } = terms;
  return {
    name,
    labels,
    failuresOnly,
    figure,
    open: (collector) => collector.counter(name, options),
  };
}

/** What answers of the API of the live page consist of; see `answers.ts`. */

/** Increments, rates and levels by step: `null` where the app was not sampled. */
export type Points = readonly (number | null)[];

/** Amounts of money by currency, the largest first: `[['USD', 1.25], ['EUR', 0.1]]`. */
export type Money = readonly (readonly [currency: string, amount: number])[];

/** A time series with the text that tells it from the others of its list. */
export interface NamedPoints {
  readonly name: string;
  readonly points: Points;
  /** How many are added up in this one, as they are not shown by themselves. Its name is empty. */
  readonly others?: number;
}

/**
 * The steps of all time series of an answer. Their edges stay where they are while time goes
 * on, so that a bar that is complete does not change.
 */
export interface Grid {
  /** Unix time in seconds at which the first step starts. */
  readonly start: number;
  /** The length of a step in seconds. */
  readonly seconds: number;
  /** How many steps there are: the length of each array. */
  readonly count: number;
}

/** How long calls took: the increases of the histogram's buckets in each step. */
export interface Heat {
  /** The lower bound in seconds of the first bucket that is shown. */
  readonly low: number;
  /** The upper bounds in seconds; `null` is infinity. */
  readonly bounds: readonly (number | null)[];
  /** For each step of {@link AnswerHead.bars} the count of each bucket. */
  readonly cells: readonly (readonly number[] | null)[];
}

/** Durations of a time range by Prometheus' `histogram_quantile`, in seconds. `null`: no call. */
export interface Quantiles {
  readonly p50: Quantile;
  readonly p95: Quantile;
  readonly p99: Quantile;
}

/** A quantile; `above` if it lies in the last bucket, whose only bound is its lower one. */
export type Quantile = number | { readonly above: number } | null;

/** What all answers start with. */
export interface AnswerHead {
  /** The version of this form. */
  readonly version: 1;
  /** Which history this is: after a restart of the app or `clearMetrics()` it is another one. */
  readonly history: string;
  /** The number of the last sample, which only grows; -1 before the first one. */
  readonly sample: number;
  /** Unix time in seconds of the last sample. */
  readonly now: number;
  /** Seconds between two samples. */
  readonly interval: number;
  /** The time range in minutes that rows and sums are of. */
  readonly minutes: number;
  /** Seconds of that range in which the app was sampled. */
  readonly sampled: number;
  /** The longest time range that can be asked for, in minutes. */
  readonly longest: number;
  /** The app as it names itself; what processes the numbers are of. */
  readonly app: string;
  readonly processes: number;
  /** How many series are not in the history, since it has no room for them. */
  readonly leftOut: number;
  /** Steps of lines: at most 120. */
  readonly lines: Grid;
  /** Steps of bars and heat maps: at most 60. */
  readonly bars: Grid;
}

/** What is called: an agent, a model, a tool, a route, a handler, a host. */
export interface Row {
  readonly name: string;
  /** Calls that ended in the time range, and those of them that failed. */
  readonly calls: number;
  readonly failed: number;
  /** As above, in the last 5 minutes. */
  readonly recent: { readonly calls: number; readonly failed: number };
  /** Calls per minute over the last minute. */
  readonly perMinute: number;
  readonly duration: Quantiles;
  /** Calls and failures per minute by step of {@link AnswerHead.bars}. */
  readonly lane: { readonly calls: Points; readonly failed: Points };
}

export interface AgentRow extends Row {
  readonly status: 'failing' | 'hanging' | 'ok' | 'idle';
  readonly inFlight: number;
  /** Age in seconds of the oldest call in flight. */
  readonly oldest: number;
  readonly tokens: Tokens;
  readonly cost: Money;
  /** Seconds to the first chunk, at p95. */
  readonly firstChunk: Quantile;
  /** The tools that it called, the most used first. */
  readonly tools: readonly string[];
}

/** Tokens, inclusive: `input` includes `cachedInput` and `cacheWrite`, `output` includes `reasoning`. */
export interface Tokens {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Tokens per minute by step of {@link AnswerHead.bars}; here each kind excludes the others. */
export interface TokenPoints {
  readonly input: Points;
  readonly cachedInput: Points;
  readonly cacheWrite: Points;
  readonly output: Points;
  readonly reasoning: Points;
}

export interface ModelRow extends Row {
  readonly provider: string;
  readonly firstChunk: Quantile;
  readonly perChunk: Quantile;
  readonly tokens: Tokens;
  readonly cost: Money;
}

export interface RouteRow extends Row {
  readonly method: string;
  /** Answers by status class, e.g. `{ '2xx': 340, '4xx': 3, '499': 1, '5xx': 0 }`. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface HandlerRow extends Row {
  /** `rpc`, `ws`, `graphql`, `schedule`, ... */
  readonly transport: string;
}

export interface HostRow extends Row {
  readonly method: string;
}

/** Something that a person should look at. The worst first. */
export interface Finding {
  readonly level: 'bad' | 'warn' | 'info';
  readonly kind: FindingKind;
  /** The agent, exporter or check. */
  readonly subject: string;
  /** The numbers of the sentence, by kind: see `live/views/findings.ts`. */
  readonly facts: Readonly<Record<string, number | string | Money>>;
}

export type FindingKind =
  'failing' | 'hanging' | 'expensive' | 'notDelivering' | 'down' | 'overflow';

/** Lines by step of {@link AnswerHead.lines}. */
export interface QuantilePoints {
  readonly p50: Points;
  readonly p95: Points;
  readonly p99: Points;
}

/** Calls and failures per minute by step of {@link AnswerHead.bars}. */
export interface OutcomePoints {
  readonly calls: Points;
  readonly failed: Points;
}

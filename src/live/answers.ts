/**
 * What the API of the live page answers, one type for each view. The page in the browser
 * reads the same types.
 *
 * A time series is an array with one number for each step of a {@link Grid}. `null` means
 * that the app was not sampled in that step; it is not zero.
 */

/** Increments, rates and levels by step: `null` where the app was not sampled. */
export type Points = readonly (number | null)[];

/** Amounts of money by currency, the largest first: `[['USD', 1.25], ['EUR', 0.1]]`. */
export type Money = readonly (readonly [currency: string, amount: number])[];

/** A time series with the text that tells it from the others of its list. */
export interface NamedPoints {
  readonly name: string;
  readonly points: Points;
  /** The sum of those that are not shown by themselves. */
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
  /** The number of the last sample. */
  readonly sample: number;
  /** Unix time in seconds of the last sample. */
  readonly now: number;
  /** Seconds between two samples. */
  readonly interval: number;
  /** The time range in minutes that rows and sums are of. */
  readonly minutes: number;
  /** Seconds of that range in which the app was sampled. */
  readonly sampled: number;
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
  /** The numbers of the sentence, by kind: see `live/findings.ts`. */
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

export interface OverviewAnswer extends AnswerHead {
  readonly findings: readonly Finding[];
  /** Lines: calls per minute, share of failures, tokens and requests per minute, ... */
  readonly tiles: {
    readonly calls: Points;
    readonly failedShare: Points;
    readonly p95: Points;
    readonly firstChunkP95: Points;
    readonly inFlight: Points;
    readonly tokens: Points;
    /** Money per hour, of the currency with the largest sum. */
    readonly cost: Points;
    readonly http: Points;
  };
  /** What the time range cost, and what was spent since the counters started. */
  readonly cost: Money;
  readonly costSinceStart: Money;
  /** The agents that need attention and the busiest ones, at most 8. */
  readonly agents: readonly AgentRow[];
  readonly agentCount: number;
  readonly latency: QuantilePoints;
  readonly heat: Heat;
  readonly outcome: OutcomePoints;
  /** Bars: money per minute by agent, of the first currency of {@link cost}. */
  readonly costByAgent: readonly NamedPoints[];
  readonly tokens: TokenPoints;
  /** Lines: p95 by model, in seconds. */
  readonly firstChunkByModel: readonly NamedPoints[];
  readonly process: ProcessPoints;
  readonly health: HealthSummary;
}

export interface HealthSummary {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly checks: number;
  readonly down: readonly string[];
}

export interface AgentsAnswer extends AnswerHead {
  readonly agents: readonly AgentRow[];
}

export interface AgentAnswer extends AnswerHead {
  /** `null` if no agent of that name is known. */
  readonly agent: AgentDetail | null;
}

export interface AgentDetail {
  readonly row: AgentRow;
  readonly latency: QuantilePoints;
  readonly heat: Heat;
  readonly outcome: OutcomePoints;
  /** Lines. */
  readonly inFlight: Points;
  readonly oldest: Points;
  readonly firstChunkP95: Points;
  readonly tokens: TokenPoints;
  readonly cost: readonly NamedPoints[];
  readonly errors: readonly ErrorRow[];
  readonly models: readonly ModelRow[];
  readonly tools: readonly Row[];
  /** Means over the runs of the range; `null` without a run. */
  readonly steps: {
    readonly inferences: number | null;
    readonly tools: number | null;
  };
}

export interface ErrorRow {
  readonly type: string;
  readonly count: number;
  /** Unix time in seconds of the sample in which the last one was seen. */
  readonly last: number | null;
}

export interface ModelsAnswer extends AnswerHead {
  readonly models: readonly ModelRow[];
  readonly tools: readonly Row[];
  readonly firstChunkByModel: readonly NamedPoints[];
  readonly outputByModel: readonly NamedPoints[];
  readonly costByModel: readonly NamedPoints[];
  /** Which agent called which tool. */
  readonly toolCalls: readonly {
    readonly agent: string;
    readonly tool: string;
    readonly calls: number;
    readonly failed: number;
  }[];
}

export interface HttpAnswer extends AnswerHead {
  readonly outcome: OutcomePoints;
  readonly latency: QuantilePoints;
  readonly heat: Heat;
  /** Lines. */
  readonly active: Points;
  readonly routes: readonly RouteRow[];
  readonly handlers: readonly HandlerRow[];
  readonly hosts: readonly HostRow[];
  readonly webSockets: number | null;
}

/** Every metric, without its series. */
export interface MetricsAnswer extends AnswerHead {
  readonly metrics: readonly MetricRow[];
}

export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown';
  readonly help: string;
  readonly unit: string;
  readonly series: number;
  /** How many series there may be; `null` if there is no bound. */
  readonly limit: number | null;
  /** Recordings that went to the overflow series. */
  readonly overflows: number;
}

export interface MetricAnswer extends AnswerHead {
  /** `null` if there is no metric of that name. */
  readonly metric: MetricDetail | null;
}

export interface MetricDetail extends MetricRow {
  readonly labelNames: readonly string[];
  /** The busiest series that match the filter, at most 200. */
  readonly list: readonly SeriesRow[];
  /** How many series match the filter. */
  readonly matching: number;
  /** Of a histogram: all matching series together. */
  readonly heat: Heat | null;
}

export interface SeriesRow {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a counter its total, of a histogram its count. */
  readonly value: number;
  /** Lines: a counter's increase per second, a gauge's level, a histogram's p95. */
  readonly points: Points;
}

/** Lines. */
export interface ProcessPoints {
  /** Share of a core. */
  readonly cpu: Points;
  readonly memory: Points;
  readonly heap: Points;
  readonly lag: Points;
}

export interface SystemAnswer extends AnswerHead {
  readonly process: ProcessPoints;
  readonly checks: readonly {
    readonly name: string;
    readonly up: boolean;
    readonly critical: boolean;
    readonly seconds: number | null;
  }[];
  readonly exporters: readonly {
    readonly name: string;
    readonly delivering: boolean;
    readonly delivered: number;
    readonly failed: number;
    readonly retries: number;
    readonly dropped: number;
    readonly queued: number;
    /** Seconds since the last success; `null` if there was none. */
    readonly lastSuccess: number | null;
    readonly error: string | null;
  }[];
  /** The members of the app, where it has several. */
  readonly members: readonly {
    readonly process: string;
    readonly late: boolean;
  }[];
  /** The module's own counters of errors, overflows and refusals. */
  readonly own: readonly {
    readonly name: string;
    readonly labels: string;
    readonly value: number;
  }[];
  readonly info: {
    readonly node: string;
    readonly pid: number;
    readonly host: string;
    /** Seconds. */
    readonly uptime: number;
    readonly series: number;
    /** Bytes that the history takes. */
    readonly history: number;
  };
}

/** The views, by the last part of the API's path. */
export interface Answers {
  readonly overview: OverviewAnswer;
  readonly agents: AgentsAnswer;
  readonly agent: AgentAnswer;
  readonly models: ModelsAnswer;
  readonly http: HttpAnswer;
  readonly metrics: MetricsAnswer;
  readonly metric: MetricAnswer;
  readonly system: SystemAnswer;
}

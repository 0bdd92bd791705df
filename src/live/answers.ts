/**
 * What the API of the live page answers, one type for each view. The page in the browser
 * reads the same types.
 *
 * A time series is an array with one number for each step of a {@link Grid}. `null` means
 * that the app was not sampled in that step; it is not zero.
 */

import type {
  Points,
  Money,
  NamedPoints,
  Heat,
  AnswerHead,
  Row,
  AgentRow,
  TokenPoints,
  ModelRow,
  RouteRow,
  HandlerRow,
  HostRow,
  Finding,
  QuantilePoints,
  OutcomePoints,
} from './answer-parts.js';

export type * from './answer-parts.js';

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
  /** Of a counter its total, of a histogram or summary its count; `null` if it is no finite number. */
  readonly value: number | null;
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
  /** The processes and threads of the app, with the option `processes`; late if its numbers are those of an earlier save. */
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

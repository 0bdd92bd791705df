import type { TrackedSeries } from '../history/tracked-series.js';
import { AgentSources, type CallSource } from './agent-sources.js';
import { Measure } from './measure.js';
import { type Buckets, Levels, Sums } from './measures.js';
import { MoneyMeasure, TokenMeasure } from './token-measures.js';
import type { Query } from './query.js';
import { RowMeasure } from './row-measure.js';
import type { SampleAt } from './window.js';

/** What is measured of one agent. */
export class AgentMeasure {
  readonly row: RowMeasure;
  readonly tokens: TokenMeasure;
  readonly cost: MoneyMeasure;
  readonly inFlight: Levels;
  readonly oldest: Levels;
  /** `undefined` if nothing of the agent is streamed. */
  firstChunk: Buckets | undefined = undefined;
  /** Calls by tool. */
  readonly tools = new Map<string, Sums>();
  /** Failures of the last minutes by type of error. */
  readonly recentErrors = new Map<string, RecentCount>();

  constructor(
    readonly name: string,
    query: Query,
  ) {
    const { window } = query;
    this.row = new RowMeasure(query);
    this.tokens = new TokenMeasure(window);
    this.cost = new MoneyMeasure(window);
    this.inFlight = new Levels(window);
    this.oldest = new Levels(window, Math.max);
  }
}

/** Counts what happened in the last minutes. */
export class RecentCount extends Measure {
  count = 0;

  override add(at: SampleAt, amount: number): void {
    if (at.isRecent) this.count += amount;
  }
}

/** A series of calls, with what it tells. */
export interface CallSeries {
  readonly series: TrackedSeries;
  readonly agent: string;
  readonly source: CallSource;
  readonly isFailed: boolean;
  readonly error: string;
}

/** Has all agents measured. */
export class AgentMeasures {
  readonly all = new Map<string, AgentMeasure>();
  readonly sources: AgentSources;

  constructor(private readonly query: Query) {
    this.sources = new AgentSources(query);
    for (const name of this.sources.names) {
      this.all.set(name, new AgentMeasure(name, query));
    }
    for (const call of callSeries(query)) this.watchCalls(call);
    this.watchLevels();
    this.watchUsage();
    this.watchTools();
  }

  private of(agent: string): AgentMeasure | undefined {
    return this.all.get(agent);
  }

  private watchCalls(call: CallSeries): void {
    const { query, sources } = this;
    const { series, agent, source, isFailed, error } = call;
    const measure = this.of(agent);
    if (measure === undefined) return;
    if (sources.callsOf(agent) === source) {
      query.watch(series, measure.row.outcome(isFailed));
      if (isFailed) query.watch(series, recentOf(measure, error));
    }
    if (source !== 'executions' && sources.durationsOf(agent) === source) {
      measure.row.watchDurations(series);
    }
  }

  private watchLevels(): void {
    const { query } = this;
    const { names } = query;
    const decorated = new Set<string>();
    for (const series of query.series(names.inFlight)) {
      decorated.add(series.label('agent'));
      query.watch(series, this.of(series.label('agent'))?.inFlight);
    }
    for (const series of query.series(names.inFlightOldest)) {
      query.watch(series, this.of(series.label('agent'))?.oldest);
    }
    // Without `@InFlight()`, inferences tell whether an agent works.
    for (const series of query.series(names.running)) {
      if (decorated.has(series.label('agent'))) continue;
      query.watch(series, this.of(series.label('agent'))?.inFlight);
    }
    for (const series of query.series(names.runningOldest)) {
      if (decorated.has(series.label('agent'))) continue;
      query.watch(series, this.of(series.label('agent'))?.oldest);
    }
  }

  private watchUsage(): void {
    const { query } = this;
    for (const kind of TokenMeasure.KINDS) {
      for (const series of query.series(...query.tokens(kind))) {
        query.watch(series, this.of(series.label('agent'))?.tokens.of(kind));
      }
    }
    for (const series of query.series(query.names.cost)) {
      const cost = this.of(series.label('agent'))?.cost;
      query.watch(series, cost?.of(series.label('currency')));
    }
    for (const series of query.series(query.names.firstItem)) {
      const agent = this.of(series.label('agent'));
      if (agent === undefined) continue;
      agent.firstChunk ??= query.newBuckets(query.names.firstItem);
      query.watch(series, agent.firstChunk);
    }
  }

  private watchTools(): void {
    const { query } = this;
    for (const series of query.series(query.names.tools)) {
      const agent = this.of(series.label('gen_ai_agent_name'));
      if (agent === undefined) continue;
      const tool = series.label('gen_ai_tool_name');
      let calls = agent.tools.get(tool);
      if (calls === undefined) {
        agent.tools.set(tool, (calls = new Sums(query.window, 'bars')));
      }
      query.watch(series, calls);
    }
  }
}

function recentOf({ recentErrors }: AgentMeasure, error: string): RecentCount {
  let recent = recentErrors.get(error);
  if (recent === undefined)
    recentErrors.set(error, (recent = new RecentCount()));
  return recent;
}

/** The series of calls to agents, of all metrics that have some. */
export function* callSeries(query: Query): Generator<CallSeries> {
  const { names } = query;
  for (const source of ['executions', 'duration'] as const) {
    for (const series of query.series(names[source])) {
      yield {
        series,
        source,
        agent: series.label('agent'),
        isFailed: series.label('status') === 'error',
        error: series.label('error_type'),
      };
    }
  }
  for (const series of query.series(names.runs)) {
    const error = series.label('error_type');
    const agent = series.label('gen_ai_agent_name');
    yield { series, source: 'runs', agent, isFailed: error !== '', error };
  }
}

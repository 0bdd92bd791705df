import { getOrInsert } from '../../core/get-or-insert.js';
import { labelOf, type LabelSet } from '../../model/labels.js';
import { AgentSources, type CallSeries } from './agent-sources.js';
import { Measure } from './measure.js';
import { Buckets, Levels, Total } from './measures.js';
import type { Query } from './query.js';
import { RowMeasure } from './row-measure.js';
import { MoneyMeasure, TokenMeasure, watchUsage } from './usage-measures.js';
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
  readonly tools = new Map<string, Total>();
  /** Failures of the last minutes by type of error. */
  readonly recentErrors = new Map<string, RecentTotal>();

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

/** Adds up what happened in the last minutes. */
class RecentTotal extends Measure {
  total = 0;

  override add(at: SampleAt, amount: number): void {
    if (at.isRecent) this.total += amount;
  }
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
    for (const call of this.sources.calls()) this.watchCalls(call);
    this.watchLevels();
    watchUsage(query, (series) => this.of(series));
    this.watchFirstChunks();
    this.watchTools();
  }

  private of(series: LabelSet, label = 'agent'): AgentMeasure | undefined {
    return this.all.get(labelOf(series, label));
  }

  private watchCalls(call: CallSeries): void {
    const { series, agent, isFailed, error, isCounted, isTimed } = call;
    const measure = this.all.get(agent);
    if (measure === undefined) return;
    const { row, recentErrors } = measure;
    if (isCounted) {
      this.query.watch(series, row.outcome(isFailed));
      if (isFailed) {
        const make = () => new RecentTotal();
        this.query.watch(series, getOrInsert(recentErrors, error, make));
      }
    }
    if (isTimed) row.watchDurations(series);
  }

  private watchLevels(): void {
    const { query } = this;
    const { names } = query;
    const decorated = new Set<string>();
    query.watchEach([names.inFlight], (series) => {
      decorated.add(labelOf(series, 'agent'));
      return this.of(series)?.inFlight;
    });
    query.watchEach([names.inFlightOldest], (one) => this.of(one)?.oldest);
    // Without `@InFlight()`, inferences tell whether an agent works.
    const undecorated = (series: LabelSet) =>
      decorated.has(labelOf(series, 'agent')) ? undefined : this.of(series);
    query.watchEach([names.running], (one) => undecorated(one)?.inFlight);
    query.watchEach([names.runningOldest], (one) => undecorated(one)?.oldest);
  }

  private watchFirstChunks(): void {
    const { query } = this;
    query.watchEach([query.names.firstItem], (series) => {
      const agent = this.of(series);
      if (agent === undefined) return undefined;
      return (agent.firstChunk ??= new Buckets(series.metric.bounds));
    });
  }

  private watchTools(): void {
    const { query } = this;
    query.watchEach([query.names.tools], (series) => {
      const agent = this.of(series, 'gen_ai_agent_name');
      const tool = labelOf(series, 'gen_ai_tool_name');
      return agent && getOrInsert(agent.tools, tool, () => new Total());
    });
  }
}

import { getOrInsert } from '../../core/get-or-insert.js';
import { labelOf, type LabelSet } from '../../model/labels.js';
import type { AgentAnswer, AgentDetail, ErrorRow } from '../answers.js';
import { AgentMeasures } from '../query/agent-measures.js';
import { CallRows, TOOL_CALLS } from '../query/call-rows.js';
import { Measure } from '../query/measure.js';
import { Mean } from '../query/measures.js';
import { Models } from '../query/model-measures.js';
import type { Query } from '../query/query.js';
import { watchUsage } from '../query/usage-measures.js';
import type { SampleAt } from '../query/window.js';
import { agentRow } from './agent-rows.js';
import { LatencyMeasure } from './latency.js';
import { busiest, type View } from './view.js';

/** One agent, named by the parameter `name`. */
export const agent: View<AgentAnswer> = ({ query, findings, parameters }) => {
  const { name } = parameters;
  const agents = new AgentMeasures(query);
  const measure = agents.all.get(name);
  if (measure === undefined) return () => ({ agent: null });
  const parts = new AgentParts(query, agents, name);
  return () => ({
    agent: {
      row: agentRow(measure, findings),
      outcome: measure.row.points(),
      inFlight: measure.inFlight.points(),
      oldest: measure.oldest.points(),
      tokens: measure.tokens.points(),
      cost: measure.cost.points(),
      ...parts.detail(),
    },
  });
};

/** What only the page of one agent shows. */
class AgentParts {
  private readonly latency: LatencyMeasure;
  private readonly firstChunk: LatencyMeasure;
  private readonly errors = new Map<string, ErrorMeasure>();
  private readonly tools: CallRows<string>;
  private readonly models: Models;
  private readonly inferences = new Mean();
  private readonly toolCalls = new Mean();

  constructor(
    query: Query,
    { sources }: AgentMeasures,
    private readonly name: string,
  ) {
    const { names } = query;
    this.latency = new LatencyMeasure(query);
    this.firstChunk = new LatencyMeasure(query);
    for (const call of sources.calls()) {
      if (call.agent !== name) continue;
      const { series, isCounted, isTimed, isFailed, error } = call;
      if (isCounted && isFailed) query.watch(series, this.errorOf(error));
      if (isTimed) this.latency.watch(series);
    }
    for (const series of query.series(names.firstItem)) {
      if (this.isOwn(series)) this.firstChunk.watch(series);
    }
    this.tools = new CallRows(query, names.tools, TOOL_CALLS, (series) =>
      this.isOwnRun(series),
    );
    this.models = agentModels(query, (series) => this.isOwn(series));
    query.watchEach([names.inferenceCalls], (series) =>
      this.isOwnRun(series) ? this.inferences : undefined,
    );
    query.watchEach([names.toolCalls], (series) =>
      this.isOwnRun(series) ? this.toolCalls : undefined,
    );
  }

  detail(): Pick<
    AgentDetail,
    | 'latency'
    | 'heat'
    | 'firstChunkP95'
    | 'errors'
    | 'models'
    | 'tools'
    | 'steps'
  > {
    return {
      latency: this.latency.points(),
      heat: this.latency.heat(),
      firstChunkP95: this.firstChunk.p95(),
      errors: this.errorRows(),
      models: busiest(this.models.all.map((model) => model.toRow())),
      tools: busiest(this.tools.map((tool, row) => row.row(tool))),
      steps: { inferences: this.inferences.value, tools: this.toolCalls.value },
    };
  }

  private isOwn(series: LabelSet): boolean {
    return labelOf(series, 'agent') === this.name;
  }

  /** The same for metrics of the conventions. */
  private isOwnRun(series: LabelSet): boolean {
    return labelOf(series, 'gen_ai_agent_name') === this.name;
  }

  private errorOf(type: string): ErrorMeasure {
    return getOrInsert(this.errors, type, () => new ErrorMeasure());
  }

  private errorRows(): ErrorRow[] {
    return [...this.errors]
      .map(([type, { count, last }]) => ({ type, count, last }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, 100);
  }
}

/** Counts errors, and notes when the last one was seen. */
class ErrorMeasure extends Measure {
  count = 0;
  last: number | null = null;

  override add(at: SampleAt, amount: number): void {
    this.count += amount;
    this.last = at.time;
  }
}

/** The models that an agent uses. No metric has durations by agent and model. */
function agentModels(
  query: Query,
  isOwn: (series: LabelSet) => boolean,
): Models {
  const models = new Models(query);
  query.watchEach([query.names.finishes], (series) => {
    if (!isOwn(series)) return undefined;
    const isFailed = labelOf(series, 'finish_reason') === 'error';
    return models.of(series).row.outcome(isFailed);
  });
  watchUsage(query, (series) =>
    isOwn(series) ? models.of(series) : undefined,
  );
  return models;
}

import type {
  AgentAnswer,
  AgentDetail,
  ErrorRow,
  ModelRow,
} from '../answers.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import { AgentMeasures, callSeries } from '../query/agent-measures.js';
import { CallRows, hasError } from '../query/call-rows.js';
import { Measure } from '../query/measure.js';
import { Mean } from '../query/measures.js';
import { ModelMeasure, modelOf } from '../query/model-measures.js';
import { labelOf, type Query } from '../query/query.js';
import { TokenMeasure } from '../query/token-measures.js';
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
  private readonly models: AgentModels;
  private readonly inferences = new Mean();
  private readonly toolCalls = new Mean();

  constructor(
    private readonly query: Query,
    { sources }: AgentMeasures,
    private readonly name: string,
  ) {
    const { names } = query;
    this.latency = new LatencyMeasure(query);
    this.firstChunk = new LatencyMeasure(query);
    for (const { series, agent: of, source, isFailed, error } of callSeries(
      query,
    )) {
      if (of !== name) continue;
      if (source === sources.callsOf(name) && isFailed) {
        query.watch(series, this.errorOf(error));
      }
      if (source === 'executions') continue;
      if (source === sources.durationsOf(name)) this.latency.watch(series);
    }
    for (const series of this.own(names.firstItem, 'agent')) {
      this.firstChunk.watch(series);
    }
    this.tools = new CallRows(
      query,
      names.tools,
      {
        keyOf: (series) => labelOf(series, 'gen_ai_tool_name'),
        isFailed: hasError,
      },
      (series) => labelOf(series, 'gen_ai_agent_name') === name,
    );
    this.models = new AgentModels(query, name);
    const label = 'gen_ai_agent_name';
    for (const one of this.own(names.inferenceCalls, label)) {
      query.watch(one, this.inferences);
    }
    for (const one of this.own(names.toolCalls, label)) {
      query.watch(one, this.toolCalls);
    }
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
      firstChunkP95: this.firstChunk.points().p95,
      errors: this.errorRows(),
      models: busiest(this.models.rows()),
      tools: busiest(this.tools.map((tool, row) => row.row(tool))),
      steps: { inferences: this.inferences.value, tools: this.toolCalls.value },
    };
  }

  private *own(metric: string, label: string): Generator<TrackedSeries> {
    for (const series of this.query.series(metric)) {
      if (series.label(label) === this.name) yield series;
    }
  }

  private errorOf(type: string): ErrorMeasure {
    let error = this.errors.get(type);
    if (error === undefined) {
      this.errors.set(type, (error = new ErrorMeasure()));
    }
    return error;
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
class AgentModels {
  private readonly all = new Map<string, ModelMeasure>();

  constructor(
    private readonly query: Query,
    agentName: string,
  ) {
    const own = (...names: readonly string[]) =>
      [...query.series(...names)].filter(
        (series) => series.label('agent') === agentName,
      );
    for (const series of own(query.names.finishes)) {
      const isFailed = series.label('finish_reason') === 'error';
      query.watch(series, this.of(series).row.outcome(isFailed));
    }
    for (const kind of TokenMeasure.KINDS) {
      for (const series of own(...query.tokens(kind))) {
        query.watch(series, this.of(series).tokens.of(kind));
      }
    }
    for (const series of own(query.names.cost)) {
      query.watch(series, this.of(series).cost.of(series.label('currency')));
    }
  }

  rows(): ModelRow[] {
    return Array.from(this.all.values(), (model) => model.toRow());
  }

  private of(series: TrackedSeries): ModelMeasure {
    const { name, provider } = modelOf(series);
    const key = JSON.stringify([provider, name]);
    let model = this.all.get(key);
    if (model === undefined) {
      model = new ModelMeasure(name, provider, this.query);
      this.all.set(key, model);
    }
    return model;
  }
}

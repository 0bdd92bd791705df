import { labelOf, type Query } from './query.js';

/** The metric that tells something of an agent. */
export type CallSource = 'executions' | 'duration' | 'runs';

/**
 * Which metric tells the calls and the durations of each agent. Those of `@Counted()` and
 * `@Timed()` come first; agents without them have those of agent runs.
 */
export class AgentSources {
  /** Agents of which all calls are counted, not only failed ones. */
  private readonly counted: ReadonlySet<string>;
  private readonly timed: ReadonlySet<string>;
  private readonly runs: ReadonlySet<string>;
  /** All agents that any metric names. */
  readonly names: ReadonlySet<string>;

  constructor(query: Query) {
    const { names } = query;
    const counted = new Set<string>();
    const failures = new Set<string>();
    for (const series of query.labelled(names.executions)) {
      const isFailed = labelOf(series, 'status') === 'error';
      (isFailed ? failures : counted).add(labelOf(series, 'agent'));
    }
    this.counted = counted;
    this.timed = valuesOf(query, 'agent', [names.duration]);
    this.runs = valuesOf(query, 'gen_ai_agent_name', [names.runs]);
    const others = valuesOf(query, 'agent', [
      names.inFlight,
      names.running,
      names.cost,
      names.firstItem,
      ...query.tokens('input'),
      ...query.tokens('output'),
    ]);
    this.names = new Set(
      [counted, failures, this.timed, this.runs, others].flatMap((one) => [
        ...one,
      ]),
    );
  }

  callsOf(agent: string): CallSource {
    if (this.counted.has(agent)) return 'executions';
    if (this.timed.has(agent)) return 'duration';
    if (this.runs.has(agent)) return 'runs';
    return 'executions';
  }

  durationsOf(agent: string): CallSource {
    return this.timed.has(agent) ? 'duration' : 'runs';
  }
}

function valuesOf(
  query: Query,
  label: string,
  metrics: readonly string[],
): Set<string> {
  const values = new Set<string>();
  for (const series of query.labelled(...metrics)) {
    const value = labelOf(series, label);
    if (value !== '') values.add(value);
  }
  return values;
}

import { labelOf } from '../../model/labels.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import { hasError, hasErrorStatus } from './call-rows.js';
import type { Query } from './query.js';

/** The metrics that tell something of an agent. */
const SOURCES = ['executions', 'duration', 'runs'] as const;

type CallSource = (typeof SOURCES)[number];

/** A series of calls to an agent, with what it tells. */
export interface CallSeries {
  readonly series: TrackedSeries;
  readonly agent: string;
  readonly isFailed: boolean;
  readonly error: string;
  /** Whether it tells the calls of the agent. */
  readonly isCounted: boolean;
  /** Whether it tells their durations. */
  readonly isTimed: boolean;
}

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

  constructor(private readonly query: Query) {
    const { names } = query;
    const counted = new Set<string>();
    const failures = new Set<string>();
    for (const series of query.labelled(names.executions)) {
      const agents = hasErrorStatus(series) ? failures : counted;
      agents.add(labelOf(series, 'agent'));
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

  /** The series of calls to agents, of all metrics that have some. */
  *calls(): Generator<CallSeries> {
    for (const source of SOURCES) {
      const isRun = source === 'runs';
      const label = isRun ? 'gen_ai_agent_name' : 'agent';
      for (const series of this.query.series(this.query.names[source])) {
        const agent = labelOf(series, label);
        yield {
          series,
          agent,
          isFailed: isRun ? hasError(series) : hasErrorStatus(series),
          error: labelOf(series, 'error_type'),
          isCounted: this.countedBy(agent) === source,
          isTimed: this.timedBy(agent) === source,
        };
      }
    }
  }

  private countedBy(agent: string): CallSource {
    if (this.counted.has(agent)) return 'executions';
    if (this.timed.has(agent)) return 'duration';
    if (this.runs.has(agent)) return 'runs';
    return 'executions';
  }

  private timedBy(agent: string): CallSource {
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

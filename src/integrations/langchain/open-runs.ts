import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import type { InferenceRequest } from '../../instrumentation/gen-ai/recordings.js';
import { type AgentScopes, runIn, scopesIn } from './agent-scope.js';

/** More are not kept: some runs never end, e.g. that of a model's stream whose consumer left. */
// Why: docs/decisions/integrations.md, "LangChain: only what has ended is recorded".
const MAX_OPEN = 10_000;

/** The runs that have begun and not ended, by their id. The oldest is dropped when there are too many. */
export class RunMap<T> {
  private readonly runs = new Map<string, T>();

  has(runId: string): boolean {
    return this.runs.has(runId);
  }

  get(runId: string): T | undefined {
    return this.runs.get(runId);
  }

  add(runId: string, run: T): void {
    if (this.runs.size >= MAX_OPEN) {
      const [oldest] = this.runs.keys();
      this.runs.delete(oldest!);
    }
    this.runs.set(runId, run);
  }

  /** Removes a run that has ended. */
  take(runId: string): T | undefined {
    const run = this.runs.get(runId);
    this.runs.delete(runId);
    return run;
  }
}

/** What has begun: an agent run, a tool call or a search. */
interface Work {
  end(): void;
  fail(error: unknown): void;
}

/** A chain, a tool or a retriever that has begun. */
interface OpenRun {
  /** The agent runs around what the run calls. */
  readonly scopes: AgentScopes;
  /** `undefined` for a chain that is no agent run. */
  readonly work?: Work;
}

/** The chains, tools and retrievers that have begun and not ended. */
export class OpenRuns {
  private readonly runs = new RunMap<OpenRun>();

  constructor(private readonly metrics: AgentMetrics) {}

  /** The agent runs around what a run calls. */
  scopesIn(runId: string | undefined): AgentScopes {
    const parent = runId === undefined ? undefined : this.runs.get(runId);
    return scopesIn(parent?.scopes, this.metrics.runs.current);
  }

  startTool(runId: string, parentRunId: string | undefined, tool: string) {
    this.start(runId, parentRunId, () => this.metrics.startTool(tool));
  }

  startRetrieval(
    runId: string,
    parentRunId: string | undefined,
    request: InferenceRequest,
  ): void {
    this.start(runId, parentRunId, () => this.metrics.startInference(request));
  }

  /** @param agentOf gets the agent around the chain; returns the agent that the chain is a run of, if any. */
  startChain(
    runId: string,
    parentRunId: string | undefined,
    agentOf: (within: string | undefined) => string | undefined,
  ): void {
    if (this.runs.has(runId)) return;
    const scopes = this.scopesIn(parentRunId);
    // Added first: the user's function may throw, and what the chain calls has the same scopes then.
    this.runs.add(runId, { scopes });
    const agent = agentOf(scopes.nearest?.agent);
    if (agent === undefined) return;
    const work = this.metrics.startAgentRun(agent);
    const nearest = { agent, run: <T>(part: () => T) => work.enter(part) };
    this.runs.add(runId, { scopes: { ...scopes, nearest }, work });
  }

  end(runId: string): void {
    this.runs.take(runId)?.work?.end();
  }

  fail(runId: string, error: unknown): void {
    const work = this.runs.take(runId)?.work;
    if (isControlFlow(error)) work?.end();
    else work?.fail(error);
  }

  private start(
    runId: string,
    parentRunId: string | undefined,
    begin: () => Work,
  ): void {
    if (this.runs.has(runId)) return;
    const scopes = this.scopesIn(parentRunId);
    this.runs.add(runId, { scopes, work: runIn(scopes, begin) });
  }
}

/** LangGraph interrupts a graph, or hands over to another one, by an exception: nothing has failed. */
function isControlFlow(error: unknown): boolean {
  return (error as { is_bubble_up?: unknown } | null)?.is_bubble_up === true;
}

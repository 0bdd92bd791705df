import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import type { RunningWork } from '../../instrumentation/gen-ai/running-work.js';
import { OpenRuns } from './open-runs.js';
import { enter, type Place, placeIn } from './agent-scope.js';

/** A chain or a tool that has begun. */
interface OpenWork {
  /** Where that is what it calls. */
  readonly place: Place;
  /** What is told of its end; nothing if it is neither a tool nor an agent run. */
  readonly work?: RunningWork;
}

/** The chains and tools that have begun and not ended. */
export class OpenWorks {
  private readonly open = new OpenRuns<OpenWork>();

  constructor(private readonly metrics: AgentMetrics) {}

  /** Where that is what a run calls. */
  placeIn(runId: string | undefined): Place {
    const parent = runId === undefined ? undefined : this.open.get(runId);
    return placeIn(parent?.place, this.metrics.runs.current);
  }

  startTool(runId: string, parentRunId: string | undefined, tool: string) {
    if (this.open.has(runId)) return;
    const place = this.placeIn(parentRunId);
    const work = enter(place, () => this.metrics.startTool(tool));
    this.open.add(runId, { place, work });
  }

  /** @param agentOf tells whose run it is, if any's, from the agent around it. */
  startChain(
    runId: string,
    parentRunId: string | undefined,
    agentOf: (within: string | undefined) => string | undefined,
  ): void {
    if (this.open.has(runId)) return;
    const place = this.placeIn(parentRunId);
    // Whatever the user's function does: what the chain calls is still in that place.
    this.open.add(runId, { place });
    const agent = agentOf(place.scope?.agent);
    if (agent === undefined) return;
    const work = this.metrics.startAgentRun(agent);
    const scope = { agent, run: <T>(part: () => T) => work.enter(part) };
    this.open.add(runId, { place: { ...place, scope }, work });
  }

  end(runId: string): void {
    this.open.take(runId)?.work?.end();
  }

  fail(runId: string, error: unknown): void {
    const work = this.open.take(runId)?.work;
    if (isControlFlow(error)) work?.end();
    else work?.fail(error);
  }
}

/** LangGraph throws what interrupts a graph or hands over to another one: nothing has failed. */
function isControlFlow(error: unknown): boolean {
  return (error as { is_bubble_up?: unknown } | null)?.is_bubble_up === true;
}

import { JoinedRuns } from '../calls/joined-runs.js';
import type { Run } from '../calls/run.js';
import type { AgentMetrics } from './agent-metrics.js';

/** What a decorated method is in the work of agents. */
export interface AgentWork {
  /** A run of the agent that its class is. */
  agentRun?: boolean;
  /** The name of the tool that it is. */
  tool?: string;
}

/**
 * Begins the work of a method that may be both: a tool for whoever calls it, and a
 * run of its own inside.
 *
 * @param call the call of the method, if that is recorded too.
 */
export function beginAgentWork(
  metrics: AgentMetrics,
  agent: string,
  { agentRun = false, tool }: AgentWork,
  call: Run | undefined,
): Run {
  const runs = call === undefined ? [] : [call];
  if (agentRun) runs.push(metrics.beginAgentRun(agent));
  if (tool !== undefined) runs.push(metrics.beginTool(tool));
  return runs.length === 1 ? runs[0]! : new JoinedRuns(runs);
}

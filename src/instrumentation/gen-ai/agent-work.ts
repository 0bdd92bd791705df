import type { AgentMetrics } from './agent-metrics.js';

/** What a decorated method is in the work of agents. */
export interface AgentWork {
  /** A run of the agent that its class is. */
  agentRun?: boolean;
  /** The name of the tool that it is. */
  tool?: string;
}

/** Does the work of a method that may be both: a tool for whoever calls it, and a run of its own inside. */
export function doAgentWork<T>(
  metrics: AgentMetrics,
  agent: string,
  { agentRun = false, tool }: AgentWork,
  work: () => T,
): T {
  const run = agentRun ? () => metrics.runAgent(agent, work) : work;
  return tool === undefined ? run() : metrics.runTool(tool, run);
}

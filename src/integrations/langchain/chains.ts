import {
  nameOfRunnable,
  isName,
  type SerializedRunnable,
} from './serialized.js';

/** LangGraph's name of a graph without a name. */
const UNNAMED_GRAPH = 'LangGraph';

/** A run of a chain: a graph, an agent, a sequence, a function. */
export interface Chain {
  /** The `runName` of the caller, else the name of the graph or the class. */
  readonly name: string;
  /** Whether the chain is a graph of LangGraph, as LangChain's agents are, or an `AgentExecutor`. */
  readonly isAgent: boolean;
  /** The agent whose run the chain is in, by LangChain or by `@AgentRun()`. */
  readonly within: string | undefined;
}

/** How an {@link AgentMetricsHandler} names what it records. */
export interface AgentMetricsHandlerOptions {
  /**
   * Returns the agent of a chain, or `undefined` for a chain that is no agent run. The name
   * becomes the label `gen_ai_agent_name`, so there must be few of them.
   *
   * Default: graphs of LangGraph and agent executors, by their names. One without a
   * name, or with that of the agent whose run it is in, is part of that run.
   */
  readonly agentOf?: ((chain: Chain) => string | undefined) | undefined;
}

// Why: docs/decisions/integrations.md, "LangChain: agents are graphs".
export function defaultAgentOf(chain: Chain): string | undefined {
  const { name, isAgent, within } = chain;
  const isPart = within !== undefined && [within, UNNAMED_GRAPH].includes(name);
  return isAgent && !isPart ? name : undefined;
}

/**
 * Reads LangChain's description of a chain that starts. Agents made by `createAgent()`
 * also have their name in the metadata, which the runs inside of them inherit.
 */
export function chainOf(
  serialized: SerializedRunnable | undefined,
  runName: string | undefined,
  metadata: Readonly<Record<string, unknown>> = {},
  within: string | undefined,
): Chain {
  const [first, second] = serialized?.id ?? [];
  const isGraph = first === 'langgraph' && second === 'pregel';
  const type = nameOfRunnable(serialized);
  const given = metadata['lc_agent_name'];
  const name = runName ?? type;
  return {
    name: isGraph && name === UNNAMED_GRAPH && isName(given) ? given : name,
    isAgent: isGraph || type === 'AgentExecutor',
    within,
  };
}

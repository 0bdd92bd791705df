/** An agent run, as the code that belongs to it uses it. */
export interface AgentScope {
  readonly agent: string;
  /** Runs something that counts for the agent run. */
  run<T>(part: () => T): T;
}

/** The agent runs around a run of LangChain. */
export interface AgentScopes {
  readonly nearest: AgentScope | undefined;
  /** The nearest one that LangChain did not start, e.g. of a method with `@AgentRun()`. */
  readonly external: AgentScope | undefined;
}

/**
 * The scopes of a run. LangChain names the parent of the run; the asynchronous context
 * has the agent run of the app's own code. The latter is nearer if it began after the
 * parent did, e.g. in a method that a tool calls.
 *
 * @param parent the scopes inside of the parent, if there is one.
 * @param current the agent run of the asynchronous context.
 */
export function scopesIn(
  parent: AgentScopes | undefined,
  current: AgentScope | undefined,
): AgentScopes {
  if (parent === undefined) return { nearest: current, external: current };
  const isInside = current !== undefined && current !== parent.external;
  return isInside ? { nearest: current, external: current } : parent;
}

export function runIn<T>({ nearest }: AgentScopes, part: () => T): T {
  return nearest === undefined ? part() : nearest.run(part);
}

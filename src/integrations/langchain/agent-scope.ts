/** An agent run as those see it that belong to it. */
export interface AgentScope {
  readonly agent: string;
  /** Does something that counts for the run. */
  run<T>(part: () => T): T;
}

/** Where in the work of agents a run of LangChain is. */
export interface Place {
  /** The nearest agent run around it. */
  readonly scope: AgentScope | undefined;
  /** The nearest one that is not LangChain's, e.g. of a method with `@AgentRun()`. */
  readonly outer: AgentScope | undefined;
}

/**
 * The place of a run. LangChain tells its parent, and the asynchronous context the
 * agent run of the app's own. The latter is nearer if it began after the parent did,
 * e.g. in a method that a tool calls.
 *
 * @param parent the place inside of the parent, if there is one.
 * @param current what the asynchronous context says.
 */
export function placeIn(
  parent: Place | undefined,
  current: AgentScope | undefined,
): Place {
  if (parent === undefined) return { scope: current, outer: current };
  const isInside = current !== undefined && current !== parent.outer;
  return isInside ? { scope: current, outer: current } : parent;
}

/** Does something in a place. */
export function enter<T>({ scope }: Place, part: () => T): T {
  return scope === undefined ? part() : scope.run(part);
}

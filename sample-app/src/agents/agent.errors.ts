/**
 * A failure that callers receive. The name of its class is the value of the
 * label `error_type`.
 */
export abstract class AgentError extends Error {}

/** There is nothing in the documentation to answer from. */
export class NoPassageFoundError extends AgentError {}

/** The language model's API did not give an answer. */
export class UpstreamRefusedError extends AgentError {}

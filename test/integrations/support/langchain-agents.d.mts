/** Types of our own: those of `langchain` redefine `Assertion` of vitest with other type parameters than vitest 4 has. */

/** An agent, as far as tests use it. */
export interface LangChainAgent {
  invoke(input: object, config: object): Promise<any>;
  stream(input: object, config: object): Promise<AsyncIterable<unknown>>;
  streamEvents(input: object, config: object): AsyncIterable<unknown>;
}

export function createAgent(options: {
  readonly model: unknown;
  readonly tools: readonly unknown[];
  readonly name: string;
  readonly middleware?: readonly unknown[];
}): LangChainAgent;

export function modelFallbackMiddleware(...models: unknown[]): unknown;

export function modelRetryMiddleware(options: {
  readonly maxRetries: number;
  readonly initialDelayMs: number;
}): unknown;

export function summarizationMiddleware(options: {
  readonly model: unknown;
  readonly trigger: object;
  readonly keep: object;
}): unknown;

import type { Observable } from 'rxjs';
import { errorType } from '../class-name.js';
import type { GenAiOperation } from './gen-ai-conventions.js';

/**
 * What can be said of agents' work. There is no place for anything else: ids of
 * conversations and users, and texts, would make a series of each of them.
 */

/** Tokens as the provider bills them. What is not known is left out. */
export interface TokenUsage {
  /** All tokens of the prompt, those from a cache included. */
  readonly inputTokens?: number | undefined;
  /** All tokens of the answer, those of reasoning included. */
  readonly outputTokens?: number | undefined;
  /** Those of `inputTokens` that came from a cache. */
  readonly cachedInputTokens?: number | undefined;
  /** Those of `outputTokens` that were spent on reasoning. */
  readonly reasoningTokens?: number | undefined;
}

/** A request to a model, as it is known before the answer. */
export interface InferenceRequest {
  /** Default: `'chat'`. */
  readonly operation?: GenAiOperation | undefined;
  /** The provider of the model, e.g. `'openai'` (`gen_ai.provider.name`). */
  readonly provider: string;
  /** The model that was asked for. */
  readonly model: string;
  /** The agent that asks. Default: that of the run around the call. */
  readonly agent?: string | undefined;
}

/** What is known of an inference from its answer. */
export interface InferenceAnswer {
  /** The model that answered. */
  readonly responseModel?: string | undefined;
  /** The tokens that it took. Default: none are counted. */
  readonly usage?: TokenUsage | undefined;
  /** Why it failed; left out if it did not. */
  readonly error?: unknown;
}

/** An inference that has ended. */
export interface Inference extends InferenceRequest, InferenceAnswer {
  /** How many seconds it took. */
  readonly seconds: number;
  /** Seconds from the request to the first chunk; for streams only. */
  readonly secondsToFirstChunk?: number | undefined;
  /** Seconds that each later chunk was waited for; for streams only. */
  readonly secondsPerOutputChunk?: readonly number[] | undefined;
}

/** A tool call that has ended. */
export interface ToolCall {
  /** The name of the tool. */
  readonly tool: string;
  /** How many seconds it took. */
  readonly seconds: number;
  /** The agent that called it. Default: that of the run around the call. */
  readonly agent?: string | undefined;
  /** Why it failed; left out if it did not. */
  readonly error?: unknown;
}

/** An agent run that has ended. */
export interface EndedAgentRun {
  /** The name of the agent. */
  readonly agent: string;
  /** How many seconds it took. */
  readonly seconds: number;
  /** How many inferences it took. Default: 0. */
  readonly inferenceCalls?: number | undefined;
  /** How many tool calls it took. Default: 0. */
  readonly toolCalls?: number | undefined;
  /** Why it failed; left out if it did not. */
  readonly error?: unknown;
}

/** A workflow, several agents or steps with one purpose, that has ended. */
export interface EndedWorkflow {
  /** The name of the workflow. */
  readonly workflow: string;
  /** How many seconds it took. */
  readonly seconds: number;
  /** Why it failed; left out if it did not. */
  readonly error?: unknown;
}

/** What can be followed to its end. */
export type ChunkStream<T> =
  AsyncIterable<T> | ReadableStream<T> | Observable<T>;

/** The chunks of a stream, or of one that is promised. */
export type ChunkOf<S> = Awaited<S> extends ChunkStream<infer T> ? T : never;

/** What is known of an inference from one chunk of its answer. */
export interface ChunkAnswer extends InferenceAnswer {
  /** `false` for a chunk with nothing of the answer in it, e.g. the news that work on it begins. Default: `true`. */
  readonly isOutput?: boolean | undefined;
}

/** What a stream's chunk says of the answer; it need not say anything. */
export type ReadChunk<T> = (chunk: T) => ChunkAnswer | undefined;

/** The `error_type` of what has ended; `undefined` if it did not fail. */
export function failureOf({
  error,
}: {
  readonly error?: unknown;
}): string | undefined {
  return error === undefined || error === null ? undefined : errorType(error);
}

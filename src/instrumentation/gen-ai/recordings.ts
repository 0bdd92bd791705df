import type { Observable } from 'rxjs';
import type { BilledTokens, Money } from '../../accounting/usage.js';
import type { ChunkAnswer, InferenceAnswer } from '../../accounting/answer.js';
import { errorType } from '../class-name.js';
import {
  type GenAiOperation,
  kindOfOperation,
} from '../../core/gen-ai-conventions.js';

/**
 * Recordings of agents' work. They accept no custom labels: ids of
 * conversations and users, and texts, would each create a series.
 */

/** A request to a model. */
export interface InferenceRequest {
  /** Default: `'chat'`. */
  readonly operation?: GenAiOperation | undefined;
  /** The provider of the model, e.g. `'openai'` (`gen_ai.provider.name`). */
  readonly provider: string;
  /** The requested model. */
  readonly model: string;
  /** The agent that sends the request. Default: that of the run around the call. */
  readonly agent?: string | undefined;
  /** The host that the request goes to, without credentials or path. */
  readonly serverAddress?: string | undefined;
  /** The port of that host. */
  readonly serverPort?: number | undefined;
}

/** An inference that has ended. */
export interface Inference extends InferenceRequest, InferenceAnswer {
  /** Its duration in seconds. */
  readonly seconds: number;
  /** Seconds from the request to the first chunk; for streams only. */
  readonly secondsToFirstChunk?: number | undefined;
  /** Seconds of waiting for each later chunk; for streams only. */
  readonly secondsPerOutputChunk?: readonly number[] | undefined;
}

/** A tool call that has ended. */
export interface ToolCall {
  /** The name of the tool. */
  readonly tool: string;
  /** Its duration in seconds. */
  readonly seconds: number;
  /** The agent that called the tool. Default: the agent of the run around the call. */
  readonly agent?: string | undefined;
  /** The error, if it failed. */
  readonly error?: unknown;
}

/** A failed attempt of an inference that is repeated. */
export interface Retry {
  /** The provider of the model. */
  readonly provider: string;
  /** The requested model. */
  readonly model: string;
  /** The agent that sends the request. Default: that of the run around the call. */
  readonly agent?: string | undefined;
  /** The error of the attempt, e.g. a rate limit. */
  readonly error?: unknown;
}

/** The result of a guardrail or an evaluation: a label, a score, or both. */
export interface Evaluation {
  /** The name of the evaluation, e.g. `'relevance'`. */
  readonly name: string;
  /** The result as one of a few words, e.g. `'passed'`. */
  readonly label?: string | undefined;
  /** The result as a number, usually from 0 to 1. */
  readonly score?: number | undefined;
  /** The agent whose work was evaluated. Default: that of the run around the call. */
  readonly agent?: string | undefined;
}

/** An agent run that has ended. */
export interface EndedAgentRun {
  /** The name of the agent. */
  readonly agent: string;
  /** Its duration in seconds. */
  readonly seconds: number;
  /** The number of inferences in it. Default: 0. */
  readonly inferenceCalls?: number | undefined;
  /** The number of tool calls in it. Default: 0. */
  readonly toolCalls?: number | undefined;
  /** The tokens of all inferences in it and in the runs inside of it. Default: unknown. */
  readonly usage?: BilledTokens | undefined;
  /** What those inferences cost, by currency. Default: unknown. */
  readonly costs?: readonly Money[] | undefined;
  /** Whether some of those tokens are estimated. Default: `false`. */
  readonly isEstimated?: boolean | undefined;
  /** The error, if it failed. */
  readonly error?: unknown;
}

/** A workflow, several agents or steps with one purpose, that has ended. */
export interface EndedWorkflow {
  /** The name of the workflow. */
  readonly workflow: string;
  /** Its duration in seconds. */
  readonly seconds: number;
  /** The error, if it failed. */
  readonly error?: unknown;
}

/** A stream that can be followed to its end. */
export type ChunkStream<T> =
  AsyncIterable<T> | ReadableStream<T> | Observable<T>;

/** The type of the chunks of a stream, or of a promise of one. */
export type ChunkOf<S> = Awaited<S> extends ChunkStream<infer T> ? T : never;

/** Reads what a chunk says about an inference; `undefined` if it says nothing. */
export type ReadChunk<T> = (chunk: T) => ChunkAnswer | undefined;

/** Whether a request asks a model for something. Others, e.g. a search in a store, count for no agent run, and have no tokens. */
export function asksModel({ operation = 'chat' }: InferenceRequest): boolean {
  return kindOfOperation(operation) !== 'other';
}

/** Whether a provider bills an inference: not if it failed before the first chunk. */
export function isBilled(inference: Inference): boolean {
  const { secondsToFirstChunk } = inference;
  const isAnswered =
    failureOf(inference) === undefined || secondsToFirstChunk !== undefined;
  return isAnswered && asksModel(inference);
}

/** The `error_type` of a recording; `undefined` if it did not fail. */
export function failureOf({
  error,
}: {
  readonly error?: unknown;
}): string | undefined {
  return error === undefined || error === null ? undefined : errorType(error);
}

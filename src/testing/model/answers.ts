import type { TokenUsage } from '../../accounting/usage.js';

/** What a fake model answers to a request. */
export interface FakeAnswer {
  /** The text of the answer. Default: the chunks joined. */
  readonly text?: string;
  /** The parts of a streamed answer. Default: the words of the text. */
  readonly chunks?: readonly string[];
  /** The tools that the model asks for, after the text if there is one. Default: none. */
  readonly toolCalls?: readonly FakeToolCall[];
  /** Why the answer ends. Default: `'tool_calls'` if the model asks for tools, else `'stop'`. */
  readonly finishReason?: FakeFinishReason;
  /** The tokens that the answer reports, those of a cache and of reasoning among them. Default: none are reported. */
  readonly usage?: TokenUsage;
  /** The model that answers. Default: the requested one. */
  readonly model?: string;
  /** Seconds until the answer, or until the first chunk of a stream. Default: 0. */
  readonly delay?: number;
  /** Seconds until each later chunk of a stream. Default: 0. */
  readonly chunkDelay?: number;
  /** Fails the request; a stream fails after its chunks. Default: no error. */
  readonly error?: unknown;
}

/** A tool that a fake model asks for. */
export interface FakeToolCall {
  /** The name of the tool. */
  readonly name: string;
  /** An object, which is sent as JSON, or a text, which is sent as it is. Default: `{}`. */
  readonly arguments?: object | string;
  /** The id by which the result is sent back. Default: one that no other call of this model has. */
  readonly id?: string;
}

/**
 * Why an answer ends, in the words of chat completions. In the Responses API, a response with
 * `'length'` or `'content_filter'` is incomplete.
 */
export type FakeFinishReason =
  'stop' | 'length' | 'tool_calls' | 'content_filter';

/** An answer, its text, or the error that fails the request. */
export type FakeAnswerLike = FakeAnswer | string | Error;

/** A tool call as it is sent. */
export type ResolvedToolCall = Required<FakeToolCall> & {
  readonly arguments: string;
};

/** An answer with its defaults, to a request for a model. */
export interface ResolvedAnswer {
  readonly text: string;
  readonly chunks: readonly string[];
  readonly toolCalls: readonly ResolvedToolCall[];
  readonly finishReason: FakeFinishReason;
  readonly usage: TokenUsage | undefined;
  readonly model: string;
  readonly delay: number;
  readonly chunkDelay: number;
  /** Whether it fails, with what `error` is. */
  readonly fails: boolean;
  readonly error: unknown;
}

/** @param index the number of requests that the model had before. */
export function resolveAnswer(
  given: FakeAnswerLike,
  requested: unknown,
  index: number,
): ResolvedAnswer {
  const answer = answerOf(given);
  const { chunks, text = chunks?.join('') ?? '', toolCalls = [] } = answer;
  const callsTools = toolCalls.length > 0;
  const fails = 'error' in answer;
  return {
    text,
    chunks: chunks ?? wordsOf(text, fails || callsTools),
    toolCalls: toolCalls.map((call, i) => resolveToolCall(call, index, i)),
    finishReason: answer.finishReason ?? (callsTools ? 'tool_calls' : 'stop'),
    usage: answer.usage,
    model:
      answer.model ?? (typeof requested === 'string' ? requested : 'unknown'),
    delay: answer.delay ?? 0,
    chunkDelay: answer.chunkDelay ?? 0,
    fails,
    error: answer.error,
  };
}

function answerOf(given: FakeAnswerLike): FakeAnswer {
  if (typeof given === 'string') return { text: given };
  return given instanceof Error ? { error: given } : given;
}

/** The words of a text with the space behind each. A stream that has nothing else has one chunk at least. */
function wordsOf(text: string, hasMore: boolean): readonly string[] {
  const words = text.match(/\S+\s*|\s+/g);
  return words ?? (hasMore ? [] : ['']);
}

function resolveToolCall(
  { name, arguments: given = {}, id }: FakeToolCall,
  request: number,
  index: number,
): ResolvedToolCall {
  return {
    id: id ?? `call-${request + 1}-${index + 1}`,
    name,
    arguments: typeof given === 'string' ? given : JSON.stringify(given),
  };
}

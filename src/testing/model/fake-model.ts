import { OptionsError, shown } from '../../core/errors.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import type { FakeClock } from '../fake-clock.js';
import {
  type FakeAnswerLike,
  type ResolvedAnswer,
  resolveAnswer,
} from './answers.js';
import { chatCompletion, chatEnd, chatParts } from './chat-completions.js';
import {
  modelResponse,
  responseCreated,
  responseEnd,
  responseParts,
} from './responses.js';

/** Options of {@link fakeModel}. */
export interface FakeModelOptions {
  /** Lets delays pass on this clock at once. Default: delays pass in real time. */
  readonly clock?: FakeClock;
}

/** The body of a request, as the client of the package `openai` takes it. */
export interface FakeModelRequest {
  /** The requested model. */
  readonly model?: unknown;
  /** Whether the answer is a stream. */
  readonly stream?: unknown;
  /** Options of a streamed chat completion. */
  readonly stream_options?: {
    /** Whether the stream ends with its usage. */
    readonly include_usage?: unknown;
  };
  /** All else, such as `messages` or `input`. */
  readonly [member: string]: unknown;
}

/** Options of a request. */
interface RequestOptions {
  readonly signal?: AbortSignal | null;
}

/** A part of the fake client that answers requests. */
export interface FakeResource {
  /** Answers a request: with an object, or with an async iterable for `stream: true`. */
  create(body: FakeModelRequest, options?: RequestOptions): Promise<any>;
}

/** How an API writes answers. */
interface Api {
  readonly whole: (answer: ResolvedAnswer) => object;
  readonly first: (answer: ResolvedAnswer) => object[];
  readonly parts: (answer: ResolvedAnswer) => object[][];
  readonly last: (answer: ResolvedAnswer, body: FakeModelRequest) => object[];
}

const CHAT: Api = {
  whole: chatCompletion,
  first: () => [],
  parts: chatParts,
  last: chatEnd,
};

const RESPONSES: Api = {
  whole: modelResponse,
  first: (answer) => [responseCreated(answer)],
  parts: responseParts,
  last: responseEnd,
};

/** A model that answers as a test says, with the shape of a client of the package `openai`. */
export class FakeModel {
  /** The bodies of the requests, in their order, as they came: with copies of arrays such as `messages`, to which agents add. */
  readonly requests: FakeModelRequest[] = [];
  /** The API of chats. */
  readonly chat = {
    /** Chat completions. */
    completions: this.resource(CHAT),
  };
  /** The Responses API. */
  readonly responses = this.resource(RESPONSES);

  /** @internal */
  constructor(
    private readonly answerTo: (
      body: FakeModelRequest,
      index: number,
    ) => FakeAnswerLike,
    private readonly clock: FakeClock | undefined,
  ) {}

  private resource(api: Api): FakeResource {
    return { create: (body, options) => this.answer(api, body, options) };
  }

  private async answer(
    api: Api,
    body: FakeModelRequest,
    { signal }: RequestOptions = {},
  ): Promise<unknown> {
    const index = this.requests.push(withCopiedArrays(body)) - 1;
    const given = this.answerTo(body, index);
    const answer = resolveAnswer(given, body.model, index);
    if (body.stream === true && (!answer.fails || hasParts(answer))) {
      return this.stream(api, body, answer, signal);
    }
    await this.wait(answer.delay, signal);
    if (answer.fails) throw answer.error;
    return api.whole(answer);
  }

  private async *stream(
    api: Api,
    body: FakeModelRequest,
    answer: ResolvedAnswer,
    signal: AbortSignal | null | undefined,
  ): AsyncGenerator<object> {
    yield* api.first(answer);
    const parts = api.parts(answer);
    if (parts.length === 0) await this.wait(answer.delay, signal);
    for (const [i, part] of parts.entries()) {
      await this.wait(i === 0 ? answer.delay : answer.chunkDelay, signal);
      yield* part;
    }
    if (answer.fails) throw answer.error;
    yield* api.last(answer, body);
  }

  private async wait(
    seconds: number,
    signal: AbortSignal | null | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    if (this.clock !== undefined) this.clock.advance(seconds);
    else if (seconds > 0) await sleep(seconds, signal);
    signal?.throwIfAborted();
  }
}

function hasParts({ chunks, toolCalls }: ResolvedAnswer): boolean {
  return chunks.length > 0 || toolCalls.length > 0;
}

function withCopiedArrays(body: FakeModelRequest): FakeModelRequest {
  const copied = Object.entries(body).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...value] : value,
  ]);
  return Object.fromEntries(copied) as FakeModelRequest;
}

/** Ends early if the signal is aborted. */
function sleep(
  seconds: number,
  signal: AbortSignal | null | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1_000);
    signal?.addEventListener('abort', end);
  });
}

/**
 * A model for tests of agents: it answers with given texts, tool calls, tokens, chunks, delays and errors.
 * `observeOpenAI()` takes it, and so does code that uses `chat.completions.create()` or
 * `responses.create()` of the package `openai`.
 *
 * @param answers one for each request, in their order; or a function that answers all requests.
 * @throws {OptionsError} if `answers` is neither. A request without an answer rejects with one.
 *
 * @example
 * const clock = fakeClock();
 * const model = fakeModel(
 *   [{ text: 'Hello', usage: { inputTokens: 12, outputTokens: 1 }, delay: 0.5 }],
 *   { clock },
 * );
 * observeOpenAI(model, app.get(AgentMetrics));
 */
export function fakeModel(
  answers:
    readonly FakeAnswerLike[] | ((request: FakeModelRequest) => FakeAnswerLike),
  { clock }: FakeModelOptions = {},
): FakeModel {
  if (typeof answers === 'function') return new FakeModel(answers, clock);
  if (!Array.isArray(answers)) {
    throw new OptionsError(
      `fakeModel() was given ${shown(answers)}; expected an array of answers, or a function that returns them`,
    );
  }
  const all: readonly FakeAnswerLike[] = answers;
  const answerTo = (_body: FakeModelRequest, index: number) => {
    const answer = all[index];
    if (answer !== undefined) return answer;
    throw new OptionsError(
      `fakeModel() has ${all.length} answers and got request ${index + 1}; expected an answer for each request`,
    );
  };
  return new FakeModel(answerTo, clock);
}

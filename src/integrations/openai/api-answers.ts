import type { InferenceAnswer } from '../../accounting/answer.js';
import type { TokenUsage } from '../../accounting/usage.js';
import type { ChunkAnswer } from '../../accounting/answer.js';

/**
 * The parts of the API's answers that are read. Other servers with the same API leave parts
 * out, or send null: any of them may be missing.
 */
interface Completion {
  readonly model?: unknown;
  readonly usage?: {
    readonly prompt_tokens?: unknown;
    readonly completion_tokens?: unknown;
    readonly prompt_tokens_details?: Details | null;
    readonly completion_tokens_details?: Details | null;
  } | null;
}

interface Response {
  readonly model?: unknown;
  readonly status?: unknown;
  readonly error?: Failure | null;
  readonly usage?: {
    readonly input_tokens?: unknown;
    readonly output_tokens?: unknown;
    readonly input_tokens_details?: Details | null;
    readonly output_tokens_details?: Details | null;
  } | null;
}

/** An event of a streamed response: some have the response so far, others a part of its output. */
interface ResponseEvent extends Failure {
  readonly type?: unknown;
  readonly response?: Response | null;
}

interface Details {
  readonly cached_tokens?: unknown;
  readonly reasoning_tokens?: unknown;
}

interface Failure {
  readonly code?: unknown;
}

/** Reads a chat completion, a text completion, or a chunk of either. */
export function readCompletion({ model, usage }: Completion): InferenceAnswer {
  return {
    responseModel: name(model),
    usage: usage
      ? {
          inputTokens: tokens(usage.prompt_tokens),
          outputTokens: tokens(usage.completion_tokens),
          cachedInputTokens: tokens(usage.prompt_tokens_details?.cached_tokens),
          reasoningTokens: tokens(
            usage.completion_tokens_details?.reasoning_tokens,
          ),
        }
      : undefined,
  };
}

/** Reads embeddings. They have no output tokens, although some servers send a 0. */
export function readEmbeddings({ model, usage }: Completion): InferenceAnswer {
  return {
    responseModel: name(model),
    usage: usage ? { inputTokens: tokens(usage.prompt_tokens) } : undefined,
  };
}

/** Reads a response, or an event of a streamed one. */
// Why: docs/decisions/integrations.md, "OpenAI: the first chunk is the first output".
export function readResponse(answer: Response & ResponseEvent): ChunkAnswer {
  const { response, type } = answer;
  if (response) return { ...readState(response), isOutput: false };
  if (type === 'error') return { error: failure(answer), isOutput: false };
  return readState(answer);
}

function readState({ model, status, error, usage }: Response): InferenceAnswer {
  return {
    responseModel: name(model),
    usage: usage ? responseUsage(usage) : undefined,
    error: status === 'failed' ? failure(error) : undefined,
  };
}

function responseUsage(usage: NonNullable<Response['usage']>): TokenUsage {
  return {
    inputTokens: tokens(usage.input_tokens),
    outputTokens: tokens(usage.output_tokens),
    cachedInputTokens: tokens(usage.input_tokens_details?.cached_tokens),
    reasoningTokens: tokens(usage.output_tokens_details?.reasoning_tokens),
  };
}

/** The error of a failed response. Its code is the `error_type`. */
// Why: docs/decisions/integrations.md, "OpenAI: a response may be a failure".
function failure(reported: Failure | null | undefined): Error {
  const error = new Error('The response failed');
  error.name = name(reported?.code) ?? 'ResponseFailed';
  return error;
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function name(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

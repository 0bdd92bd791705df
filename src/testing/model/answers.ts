import type { TokenUsage } from '../../accounting/usage.js';

/** What a fake model answers to a request. */
export interface FakeAnswer {
  /** The text of the answer. Default: the chunks joined. */
  readonly text?: string;
  /** The parts of a streamed answer. Default: the words of the text. */
  readonly chunks?: readonly string[];
  /** The tokens that the answer reports. Default: none are reported. */
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

/** An answer, its text, or the error that fails the request. */
export type FakeAnswerLike = FakeAnswer | string | Error;

/** An answer with its defaults, to a request for a model. */
export interface ResolvedAnswer {
  readonly text: string;
  readonly chunks: readonly string[];
  readonly usage: TokenUsage | undefined;
  readonly model: string;
  readonly delay: number;
  readonly chunkDelay: number;
  /** Whether it fails, with what `error` is. */
  readonly fails: boolean;
  readonly error: unknown;
}

export function resolveAnswer(
  given: FakeAnswerLike,
  requested: unknown,
): ResolvedAnswer {
  const answer = answerOf(given);
  const { chunks, text = chunks?.join('') ?? '' } = answer;
  return {
    text,
    chunks: chunks ?? wordsOf(text, 'error' in answer),
    usage: answer.usage,
    model:
      answer.model ?? (typeof requested === 'string' ? requested : 'unknown'),
    delay: answer.delay ?? 0,
    chunkDelay: answer.chunkDelay ?? 0,
    fails: 'error' in answer,
    error: answer.error,
  };
}

function answerOf(given: FakeAnswerLike): FakeAnswer {
  if (typeof given === 'string') return { text: given };
  return given instanceof Error ? { error: given } : given;
}

/** The words of a text with the space behind each. A stream that ends well has one chunk at least. */
function wordsOf(text: string, fails: boolean): readonly string[] {
  const words = text.match(/\S+\s*|\s+/g);
  return words ?? (fails ? [] : ['']);
}

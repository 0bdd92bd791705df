import type { Run } from '../calls/run.js';
import type { InferenceAnswer } from './recordings.js';
import type { RunningInference } from './running-inference.js';

/** What a stream's chunk says of the answer; it need not say anything. */
export type ReadChunk<T> = (chunk: T) => InferenceAnswer | undefined;

export interface StreamSurroundings {
  /** Begins the next inference, if the stream is consumed again. */
  begin(): RunningInference;
  /** Takes note of a chunk that `read` fails at; it says nothing. Never throws. */
  unreadable(error: unknown): void;
}

/** An inference whose answer is followed as it streams. Whoever consumes the stream anew asks the model anew. */
export class StreamedInference<T> implements Run {
  private answer: InferenceAnswer = {};
  private consumed = false;

  constructor(
    private readonly inference: RunningInference,
    private readonly read: ReadChunk<T>,
    private readonly surroundings: StreamSurroundings,
  ) {}

  item(chunk: unknown): void {
    this.inference.chunk();
    try {
      this.answer = merged(this.answer, this.read(chunk as T));
    } catch (error) {
      this.surroundings.unreadable(error);
    }
  }

  enter<R>(part: () => R): R {
    return part();
  }

  pause(): void {
    this.inference.pause();
  }

  resume(): void {
    this.inference.resume();
  }

  postpone(): void {
    this.inference.pause();
  }

  again(): Run {
    if (this.consumed) {
      const { read, surroundings } = this;
      return new StreamedInference(surroundings.begin(), read, surroundings);
    }
    this.consumed = true;
    this.inference.resume();
    return this;
  }

  succeed(): void {
    this.inference.end(this.answer);
  }

  fail(error: unknown): void {
    this.inference.fail(error, this.answer);
  }

  cancel(): void {
    this.inference.end(this.answer);
  }
}

/** What a later chunk says takes the place of what an earlier one has said. */
function merged(
  before: InferenceAnswer,
  now: InferenceAnswer | undefined,
): InferenceAnswer {
  if (now === undefined || now === null) return before;
  return {
    // Some providers leave it empty in some chunks.
    responseModel: now.responseModel || before.responseModel,
    usage: now.usage ?? before.usage,
  };
}

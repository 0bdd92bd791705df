import type { Run } from '../calls/run.js';
import type { InferenceAnswer } from './recordings.js';
import type { RunningInference } from './running-inference.js';

/** What a stream's chunk says of the answer; it need not say anything. */
export type ReadChunk<T> = (chunk: T) => InferenceAnswer | undefined;

/** An inference whose answer is followed as it streams. Whoever consumes the stream anew asks the model anew. */
export class StreamedInference<T> implements Run {
  private answer: InferenceAnswer = {};
  private consumed = false;

  /** @param begin begins the next inference, if the stream is consumed again. */
  constructor(
    private readonly inference: RunningInference,
    private readonly begin: () => RunningInference,
    private readonly read: ReadChunk<T>,
  ) {}

  item(chunk: unknown): void {
    this.inference.chunk();
    try {
      this.answer = merged(this.answer, this.read(chunk as T));
    } catch {
      // What a chunk looks like is up to the provider; one that cannot be read says nothing.
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
      return new StreamedInference(this.begin(), this.begin, this.read);
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
  if (now === undefined) return before;
  return {
    responseModel: now.responseModel ?? before.responseModel,
    usage: now.usage ?? before.usage,
  };
}

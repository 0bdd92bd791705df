import type { Observable } from 'rxjs';
import type { Run } from '../calls/run.js';
import type { InferenceAnswer } from './recordings.js';
import type { RunningInference } from './running-inference.js';

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

export interface StreamCallbacks {
  /** Begins another inference like this one, as the stream is consumed again. */
  again(): RunningInference;
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
    private readonly surroundings: StreamCallbacks,
  ) {}

  item(chunk: unknown): void {
    const said = this.said(chunk as T);
    if (said.isOutput !== false) this.inference.chunk();
    this.answer = merged(this.answer, said);
  }

  runInContext<R>(part: () => R): R {
    return part();
  }

  pause(): void {
    this.inference.pause();
  }

  resume(): void {
    this.inference.resume();
  }

  defer(): void {
    this.inference.pause();
  }

  restart(): Run {
    if (this.consumed) {
      const { read, surroundings } = this;
      return new StreamedInference(surroundings.again(), read, surroundings);
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

  private said(chunk: T): ChunkAnswer {
    try {
      return this.read(chunk) ?? {};
    } catch (error) {
      this.surroundings.unreadable(error);
      return {};
    }
  }
}

/** What a later chunk says takes the place of what an earlier one has said. */
function merged(
  before: InferenceAnswer,
  now: InferenceAnswer,
): InferenceAnswer {
  return {
    // Some providers leave it empty in some chunks.
    responseModel: now.responseModel || before.responseModel,
    usage: now.usage ?? before.usage,
    error: now.error ?? before.error,
  };
}

import { isNativePromise } from '../../instrumentation/calls/result-kinds.js';
import { watchPromise } from '../../instrumentation/calls/watch-promise.js';
import type { RunningInference } from '../../instrumentation/gen-ai/running-inference.js';
import type { ChunkAnswer } from '../../accounting/answer.js';
import type { ReadChunk } from '../../instrumentation/gen-ai/recordings.js';
import {
  type CallObserver,
  isApiPromise,
  observeApiPromise,
} from './api-promise.js';
import { patchClientMethod } from './patch-client-method.js';

/** Reads an answer of the API, or a chunk of one. */
export type ReadAnswer = ReadChunk<any>;

/** The SDK's stream. Every way to consume it uses its iterator, which its types declare private. */
interface ApiStream extends AsyncIterable<unknown> {
  iterator(): AsyncIterableIterator<unknown>;
}

/** One call of the API, followed to the end of its answer. */
export class MeasuredCall implements CallObserver {
  private isParsed = false;
  private isAnswered = false;

  constructor(
    private readonly inference: RunningInference,
    private readonly read: ReadAnswer,
  ) {}

  /** @param result what the SDK's method has returned. @returns the value for its caller. */
  follow(result: unknown): unknown {
    if (isApiPromise(result)) return observeApiPromise(result, this);
    // A test double of a client may return any promise, which other code may have too.
    if (isNativePromise(result)) {
      return watchPromise(result, {
        fulfilled: (answer) => void this.answered(answer),
        rejected: (error) => this.failed(error),
      });
    }
    return this.answered(result);
  }

  responded(): void {
    this.inference.pause();
  }

  failed(error: unknown): void {
    this.inference.fail(error);
  }

  parsing(): void {
    this.isParsed = true;
    this.inference.resume();
  }

  answered(answer: unknown): unknown {
    if (this.isAnswered) return answer;
    this.isAnswered = true;
    if (isStream(answer)) return this.followStream(answer);
    this.inference.end(this.readSafely(answer));
    return answer;
  }

  /** An answer that is read without the SDK cannot be observed. */
  rawTaken(): void {
    if (!this.isParsed) this.inference.end();
  }

  private followStream(
    stream: AsyncIterable<unknown> | ApiStream,
  ): AsyncIterable<unknown> {
    const { inference, read } = this;
    if (!isApiStream(stream)) return inference.observeStream(stream, read);
    // The clock stands still until the stream is consumed.
    inference.pause();
    let isFirst = true;
    patchClientMethod(stream, 'iterator', (iterator) => {
      return function () {
        const chunks = Reflect.apply(iterator, this, []);
        // The SDK rejects a second consumer, which must not end the measurement of the first.
        if (!isFirst) return chunks;
        isFirst = false;
        return inference.observeStream(chunks as AsyncIterable<unknown>, read);
      };
    });
    return stream;
  }

  private readSafely(answer: unknown): ChunkAnswer {
    try {
      return this.read(answer) ?? {};
    } catch {
      // A server may answer with anything. An answer that cannot be read has neither model nor tokens.
      return {};
    }
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === 'object' && value !== null && Symbol.asyncIterator in value
  );
}

function isApiStream(stream: object): stream is ApiStream {
  return typeof (stream as Partial<ApiStream>).iterator === 'function';
}

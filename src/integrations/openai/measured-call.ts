import { isNativePromise } from '../../instrumentation/calls/result-kinds.js';
import { watchPromise } from '../../instrumentation/calls/watch-promise.js';
import type { RunningInference } from '../../instrumentation/gen-ai/running-inference.js';
import {
  type CallObserver,
  isApiPromise,
  observeApiPromise,
} from './api-promise.js';
import type { CallAnswers } from './call-answers.js';
import { patchClientMethod } from './patch-client-method.js';

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
    private readonly answers: CallAnswers,
  ) {
    // The caller may never await the answer.
    inference.mayBeDropped();
  }

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
    this.answers.failed(error);
  }

  parsing(): void {
    this.isParsed = true;
    this.inference.resume();
  }

  answered(answer: unknown): unknown {
    if (this.isAnswered) return answer;
    this.isAnswered = true;
    if (isStream(answer)) return this.followStream(answer);
    try {
      this.answers.answered(answer);
    } catch (error) {
      this.inference.unreadable(error);
      this.inference.end();
    }
    return answer;
  }

  /** An answer that is read without the SDK cannot be observed. */
  rawTaken(): void {
    if (!this.isParsed) this.answers.unread();
  }

  private followStream(
    stream: AsyncIterable<unknown> | ApiStream,
  ): AsyncIterable<unknown> {
    const { answers } = this;
    if (!isApiStream(stream)) return answers.streamed(stream);
    // The clock stands still until the stream is consumed.
    this.inference.pause();
    let isFirst = true;
    patchClientMethod(stream, 'iterator', (iterator) => {
      return function () {
        const chunks = Reflect.apply(iterator, this, []);
        // The SDK rejects a second consumer, which must not end the measurement of the first.
        if (!isFirst) return chunks;
        isFirst = false;
        return answers.streamed(chunks as AsyncIterable<unknown>);
      };
    });
    return stream;
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

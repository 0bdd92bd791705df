import { patchClientMethod } from './patch-client-method.js';

/** The parts of the SDK's promises. Its types declare some of them private. */
export interface ApiPromise extends Promise<unknown> {
  responsePromise: Promise<unknown>;
  parseResponse(client: unknown, response: unknown): unknown;
  asResponse(): Promise<unknown>;
  _thenUnwrap(transform: unknown): ApiPromise;
}

type Transform = (answer: unknown, ...others: unknown[]) => unknown;

/** Receives the events of a call. */
export interface CallObserver {
  /** Called when the response has arrived. Its body is read when the caller asks for it. */
  responded(): void;
  failed(error: unknown): void;
  /** The body of the response is being read. */
  parsing(): void;
  /** The answer has been read; may be called several times. @returns the answer for the caller. */
  answered(answer: unknown): unknown;
  /** The caller has taken the raw response. */
  rawTaken(): void;
}

export function isApiPromise(value: unknown): value is ApiPromise {
  if (!(value instanceof Promise)) return false;
  const { responsePromise, parseResponse, asResponse, _thenUnwrap } =
    value as Partial<ApiPromise>;
  return (
    responsePromise instanceof Promise &&
    [parseResponse, asResponse, _thenUnwrap].every(
      (method) => typeof method === 'function',
    )
  );
}

/** Observes a promise of the SDK, and returns it. The SDK reads the answer only when its caller asks for it. */
// Why: docs/decisions/integrations.md, "OpenAI: a promise of the SDK stays the same object".
export function observeApiPromise(
  promise: ApiPromise,
  call: CallObserver,
): ApiPromise {
  // The derived promise replaces the original, so that Node still reports an unhandled rejection.
  promise.responsePromise = promise.responsePromise.then(
    (response) => {
      call.responded();
      return response;
    },
    (error: unknown) => {
      call.failed(error);
      throw error;
    },
  );
  return observeAnswer(promise, call);
}

/** Observes the answer of a promise and of those derived from it, which may be the only ones that are awaited. */
function observeAnswer(promise: ApiPromise, call: CallObserver): ApiPromise {
  patchClientMethod(promise, 'parseResponse', (parseResponse) => {
    return async function (...args) {
      call.parsing();
      let answer: unknown;
      try {
        answer = await Reflect.apply(parseResponse, this, args);
      } catch (error) {
        call.failed(error);
        throw error;
      }
      return call.answered(answer);
    };
  });
  patchClientMethod(promise, 'asResponse', (asResponse) => {
    return async function () {
      const response = await Reflect.apply(asResponse, this, []);
      call.rawTaken();
      return response;
    };
  });
  patchClientMethod(promise, '_thenUnwrap', (thenUnwrap) => {
    return function (transform) {
      const observed: Transform = (answer, ...others) =>
        (transform as Transform)(call.answered(answer), ...others);
      const made = Reflect.apply(thenUnwrap, this, [observed]) as ApiPromise;
      // Both belong to one request. Up to version 6 the SDK shares the promise itself.
      made.responsePromise = promise.responsePromise;
      return observeAnswer(made, call);
    };
  });
  return promise;
}

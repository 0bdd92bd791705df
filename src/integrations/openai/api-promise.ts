import { patchClientMethod } from './patch-client-method.js';

/** What the SDK's promises are made of. Its types keep some of it private. */
export interface ApiPromise extends Promise<unknown> {
  responsePromise: Promise<unknown>;
  parseResponse(client: unknown, response: unknown): unknown;
  asResponse(): Promise<unknown>;
  _thenUnwrap(transform: unknown): ApiPromise;
}

type Transform = (answer: unknown, ...others: unknown[]) => unknown;

/** Is told how a call goes on. */
export interface CallObserver {
  /** The response has come, and waits for its caller. */
  responded(): void;
  failed(error: unknown): void;
  /** The response's body is read now. */
  parsing(): void;
  /** It may be told so several times. @returns what the caller is to be given for the answer. */
  answered(answer: unknown): unknown;
  /** The caller has the response as it came. */
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
  // Takes the old one's place, so that a failure which nobody handles is still reported as such.
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

/** Also of the promises that are made of it, which may be the only ones that are awaited. */
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
      // Of one request; up to version 6 it shares it anyway.
      made.responsePromise = promise.responsePromise;
      return observeAnswer(made, call);
    };
  });
  return promise;
}

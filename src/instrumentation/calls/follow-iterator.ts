import { followInPlace } from './joined-runs.js';
import { type AnyIterator, isThenable, type Step } from './result-kinds.js';
import type { Run } from './run.js';
import { patchMethod } from '../../core/patch-method.js';

const METHODS = ['next', 'return', 'throw'] as const;

/** Follows an iterator from its first `next()`. Between calls of `next()` the time of the consumer runs, which does not count. */
export function followIterator(iterator: AnyIterator, work: Run): AnyIterator {
  work.defer();
  return followInPlace(iterator, work, (shared) => {
    const consumption = new Consumption(shared);
    return METHODS.filter(
      (method) => typeof iterator[method] === 'function',
    ).every((method) =>
      patchMethod(iterator, method, (original) => (...args) => {
        const run = consumption.begin(method);
        try {
          const step = run.runInContext(() => original.apply(iterator, args));
          return isThenable(step)
            ? step.then(consumption.end, consumption.fail)
            : consumption.end(step);
        } catch (error) {
          return consumption.fail(error);
        }
      }),
    );
  });
}

/** Follows an iterable that is no iterator itself, such as the `Stream` of the OpenAI SDK. Every iteration is a run. */
export function followIterable(
  iterable: AsyncIterable<unknown>,
  work: Run,
): AsyncIterable<unknown> {
  work.defer();
  return followInPlace(iterable, work, (shared) =>
    patchMethod(
      iterable,
      Symbol.asyncIterator,
      (original) => () =>
        followIterator(
          original.call(iterable) as AnyIterator,
          shared,
        ) as AsyncIterator<unknown>,
    ),
  );
}

/** One consumption of an iterator. The consumer may ask for several items before the first has come. */
class Consumption {
  private run: Run | undefined = undefined;
  private pending = 0;
  private leaving = false;

  constructor(private readonly work: Run) {}

  begin(method: (typeof METHODS)[number]): Run {
    if (this.run === undefined) this.run = this.work.restart();
    else if (this.pending === 0) this.run.resume();
    this.pending++;
    if (method === 'return') this.leaving = true;
    return this.run;
  }

  readonly end = (step: Step): Step => {
    this.pending--;
    // Some objects with a `next()` return something else than a step.
    if (step?.done !== true) this.run!.item(step?.value);
    else if (this.leaving) this.run!.cancel();
    else this.run!.succeed(step.value);
    if (this.pending === 0) this.run!.pause();
    return step;
  };

  readonly fail = (error: unknown): never => {
    this.pending--;
    this.run!.fail(error);
    throw error;
  };
}

import {
  config,
  finalize,
  interval,
  map,
  merge,
  NEVER,
  Observable,
  of,
  Subject,
  type Subscription,
  take,
  takeUntil,
} from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { follow } from '../../src/instrumentation/calls/follow.js';
import type { Run } from '../../src/instrumentation/calls/run.js';

function silentRun(): Run {
  return {
    runInContext: (part) => part(),
    succeed: () => {},
    fail: () => {},
    cancel: () => {},
    item: () => {},
    pause: () => {},
    resume: () => {},
    defer: () => {},
    restart: silentRun,
  };
}

type Log = string[];

const textOf = (error: unknown): string =>
  error instanceof Error && 'errors' in error
    ? `${error.name} of ${(error.errors as unknown[]).map(textOf).join()}`
    : String(error);

/** Writes down what is thrown, and by which step. */
function step(log: Log, name: string, action: () => void): void {
  try {
    action();
    log.push(`${name} returned`);
  } catch (error) {
    log.push(`${name} threw ${textOf(error)}`);
  }
}

/** Streams whose teardown throws, with what happens in them. */
const SOURCES: Record<string, (log: Log) => Observable<number>> = {
  'gives nothing': (log) =>
    new Observable(() => () => {
      log.push('torn down');
      throw new Error('teardown');
    }),
  'gives one item': (log) =>
    new Observable((subscriber) => {
      step(log, 'next()', () => subscriber.next(1));
      return () => {
        log.push('torn down');
        throw new Error('teardown');
      };
    }),
  'completes at once': (log) =>
    new Observable((subscriber) => {
      subscriber.add(() => {
        log.push('torn down');
        throw new Error('teardown');
      });
      step(log, 'next()', () => subscriber.next(1));
      step(log, 'complete()', () => subscriber.complete());
    }),
  'fails at once': (log) =>
    new Observable((subscriber) => {
      subscriber.add(() => {
        throw new Error('teardown');
      });
      step(log, 'error()', () => subscriber.error(new Error('failed')));
    }),
  'returns a teardown after it has completed': () =>
    new Observable((subscriber) => {
      subscriber.complete();
      return () => {
        throw new Error('teardown');
      };
    }),
  'throws while it is subscribed to': () =>
    new Observable(() => {
      throw new Error('subscribing');
    }),
  'has two teardowns that throw': () =>
    NEVER.pipe(
      finalize(() => {
        throw new Error('first');
      }),
      finalize(() => {
        throw new Error('second');
      }),
    ),
  'is merged of two': () =>
    merge(
      NEVER.pipe(
        finalize(() => {
          throw new Error('first');
        }),
      ),
      interval(1e6).pipe(
        finalize(() => {
          throw new Error('second');
        }),
      ),
    ),
  'tears down quietly': (log) =>
    of(1, 2, 3).pipe(finalize(() => log.push('end'))),
};

const observer = (log: Log) => ({
  next: (item: number) => log.push(`item ${item}`),
  error: (error: unknown) => log.push(`failed ${textOf(error)}`),
  complete: () => log.push('completed'),
});

function subscribe(source: Observable<number>, log: Log): Subscription {
  let subscription!: Subscription;
  step(log, 'subscribe()', () => {
    subscription = source.subscribe(observer(log));
  });
  return subscription;
}

const CONSUMERS: Record<
  string,
  (source: Observable<number>, log: Log) => void
> = {
  unsubscribes: (source, log) => {
    const subscription = subscribe(source, log);
    step(log, 'unsubscribe()', () => subscription?.unsubscribe());
    log.push(`closed ${subscription?.closed}`);
  },
  'stays to the end': (source, log) => void subscribe(source, log),
  'takes one item': (source, log) => void subscribe(source.pipe(take(1)), log),
  'leaves by an operator': (source, log) => {
    const stop = new Subject<void>();
    const through = source.pipe(
      map((item) => item * 2),
      takeUntil(stop),
    );
    subscribe(through, log);
    step(log, 'stop.next()', () => stop.next());
  },
  'throws at an item': (source, log) => {
    step(log, 'subscribe()', () =>
      source.subscribe(() => {
        throw new Error('consumer');
      }),
    );
  },
  'has no handler for errors': (source, log) => {
    step(log, 'subscribe()', () => source.subscribe());
  },
};

afterEach(() => {
  config.onUnhandledError = null;
});

describe.each(Object.entries(SOURCES))('a stream that %s', (_what, source) => {
  test.each(Object.entries(CONSUMERS))(
    'a measured stream behaves as an unmeasured one for a consumer that %s',
    async (_how, consume) => {
      const play = async (measure: <T>(value: T) => T) => {
        const log: Log = [];
        config.onUnhandledError = (error) =>
          log.push(`unhandled ${textOf(error)}`);
        step(log, 'all', () => consume(measure(source(log)), log));
        // rxjs reports unhandled errors in a timer.
        await new Promise((resolve) => setTimeout(resolve, 5));
        return log;
      };
      const plain = await play((value) => value);
      expect(await play((value) => follow(value, silentRun()))).toEqual(plain);
    },
  );
});

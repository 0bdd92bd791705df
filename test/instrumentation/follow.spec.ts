import {
  BehaviorSubject,
  connectable,
  firstValueFrom,
  lastValueFrom,
  Observable,
  of,
  Subject,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import { follow } from '../../src/instrumentation/calls/follow.js';
import type { Run } from '../../src/instrumentation/calls/run.js';
import { waitFor } from '../support/http.js';
import { runThatTells } from '../support/runs.js';

/** Runs that write down how they ended. */
function recorder() {
  const ends: string[] = [];
  const newRun = (name: string): Run => {
    let restart = 0;
    let ended = false;
    const end = (how: string) => {
      if (!ended) ends.push(`${name} ${how}`);
      // The first one is followed several times in some tests.
      ended = name !== 'run';
    };
    return runThatTells(end, () => newRun(`${name}.${++restart}`));
  };
  return { ends, run: newRun('run') };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const settled = (promise: PromiseLike<unknown>) =>
  Promise.resolve(promise).then(
    (value) => ({ value }),
    (error: Error) => ({ error: error.message }),
  );

describe('a plain value', () => {
  test.each([
    [5],
    ['text'],
    [null],
    [undefined],
    [[1, 2]],
    [new Map()],
    [{ a: 1 }],
  ])('a plain value has ended already and stays the same: %j', (value) => {
    const { ends, run } = recorder();
    expect(follow(value, run)).toBe(value);
    expect(ends).toHaveLength(1);
  });

  test('a plain value is not taken for something else by a hostile shape', () => {
    const { ends, run } = recorder();
    const value = Object.freeze({ then: 5, next: 'x', subscribe: null });
    expect(follow(value, run)).toBe(value);
    expect(ends).toHaveLength(1);
  });
});

describe('a promise', () => {
  test('a promise ends when it is settled, with the same value or error', async () => {
    const { ends, run } = recorder();
    const error = new Error('no');
    expect(await follow(Promise.resolve(7), run)).toBe(7);
    await expect(follow(Promise.reject(error), run)).rejects.toBe(error);
    expect(ends).toEqual(['run ok 7', 'run failed no']);
  });

  test('a promise without a handler is still reported as unhandled', async () => {
    const unhandled: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => unhandled.push(reason));
    try {
      const error = new Error('forgotten');
      void follow(Promise.reject(error), recorder().run);
      await waitFor(() => unhandled.length, 'the rejection to be reported');
      expect(unhandled).toEqual([error]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      others.forEach((other) => process.on('unhandledRejection', other));
    }
  });

  test('a promise of a generator ends when the generator does', async () => {
    const { ends, run } = recorder();
    async function* words() {
      yield 'a';
      yield 'b';
    }
    const stream = await follow(Promise.resolve(words()), run);
    expect(ends).toEqual([]);
    expect(await collect(stream)).toEqual(['a', 'b']);
    expect(ends).toEqual(['run.1 ok undefined']);
  });
});

describe("a library's own promise", () => {
  class Query implements PromiseLike<string> {
    executed = 0;
    constructor(private readonly fails = false) {}
    limit() {
      return this;
    }
    then<A, B>(
      ok?: ((value: string) => A | PromiseLike<A>) | null,
      failed?: ((reason: any) => B | PromiseLike<B>) | null,
    ): PromiseLike<A | B> {
      this.executed++;
      return (
        this.fails
          ? Promise.reject(new Error('no table'))
          : Promise.resolve('rows')
      ).then(ok, failed);
    }
  }

  test("a library's own promise is returned itself, and the module does not start it", async () => {
    const { ends, run } = recorder();
    const query = new Query();
    expect(follow(query, run)).toBe(query);
    expect(query.executed).toBe(0);
    expect(await query.limit()).toBe('rows');
    expect(query.executed).toBe(1);
    expect(Object.keys(query)).toEqual(['fails', 'executed']);
    expect(ends).toEqual(['run ok "rows"']);
  });

  test("a library's own promise rejects as without the module", async () => {
    const { ends, run } = recorder();
    expect(await settled(follow(new Query(true), run))).toEqual({
      error: 'no table',
    });
    expect(ends).toEqual(['run failed no table']);
  });

  test("a library's own promise that extends Promise keeps its methods", async () => {
    class Reply extends Promise<string> {
      withResponse() {
        return 'raw';
      }
    }
    const { ends, run } = recorder();
    const reply = follow(new Reply((resolve) => resolve('x')), run);
    expect(reply.withResponse()).toBe('raw');
    expect(await reply).toBe('x');
    expect(ends).toEqual(['run ok "x"']);
  });

  test("a library's own promise that is returned many times does not collect followers", async () => {
    const { ends, run } = recorder();
    const query = new Query();
    for (let i = 0; i < 50_000; i++) follow(query, run);
    expect(await query).toBe('rows');
    expect(ends).toHaveLength(50_000);
  });
});

describe('an object that follows no protocol', () => {
  test('an object that follows no protocol may have a then() that returns nothing', async () => {
    const { ends, run } = recorder();
    const thenable = { then: (done: (value: number) => void) => done(5) };
    expect(await (follow(thenable, run) as unknown as Promise<number>)).toBe(5);
    expect(ends).toEqual(['run ok 5']);
  });

  test('an object that follows no protocol may have a then() that means something else', () => {
    const { run } = recorder();
    const steps: unknown[] = [];
    const builder = {
      then(step: unknown) {
        steps.push(step);
        return this;
      },
    };
    expect(follow(builder, run).then('a').then('b')).toBe(builder);
    expect(steps).toEqual(['a', 'b']);
  });

  test('an object that follows no protocol may be a cursor, whose next() gives documents', async () => {
    const { run } = recorder();
    const documents = [{ id: 1 }, null];
    const cursor = {
      next: async () => documents.shift(),
      [Symbol.asyncIterator]: () => cursor,
    };
    const followed = follow(cursor, run);
    expect(await followed.next()).toEqual({ id: 1 });
    expect(await followed.next()).toBeNull();
  });

  test.each([
    [
      'throws when it is looked at',
      Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('detached');
        },
      }),
    ],
    [
      'lets nothing be defined on it',
      new Proxy({ then: () => {} }, { defineProperty: () => false }),
    ],
    ['is sealed', Object.seal({ then: () => {} })],
    ['only inherits from Promise', Object.create(Promise.prototype) as object],
  ])(
    'an object that follows no protocol is a result like any other if it %s',
    (_what, value) => {
      const { ends, run } = recorder();
      expect(follow(value, run)).toBe(value);
      expect(ends).toHaveLength(1);
    },
  );
});

describe('an object that several measured methods pass on', () => {
  test('an object that several measured methods return ends the call of each of them', async () => {
    const { ends, run } = recorder();
    async function* failing() {
      yield 1;
      throw new Error('no');
    }
    const inner = follow(failing(), run);
    const outer = follow(inner, run.restart());
    expect(await settled(collect(outer))).toEqual({ error: 'no' });
    expect(ends).toEqual(['run.2 failed no', 'run.1.1 failed no']);
  });
});

describe('an Observable', () => {
  test('an Observable ends at its completion, once for each subscription', async () => {
    const { ends, run } = recorder();
    const source = follow(of(1, 2, 3), run);
    expect(ends).toEqual([]);
    expect(await lastValueFrom(source.pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await firstValueFrom(source.pipe(toArray()))).toEqual([1, 2, 3]);
    expect(ends).toEqual(['run.1 ok undefined', 'run.2 ok undefined']);
  });

  test('an Observable ends at its error, which is passed on', async () => {
    const { ends, run } = recorder();
    const source = follow(
      throwError(() => new Error('no')),
      run,
    );
    expect(await settled(lastValueFrom(source))).toEqual({ error: 'no' });
    expect(ends).toEqual(['run.1 failed no']);
  });

  test('an Observable has succeeded when its consumer has got what it wanted', async () => {
    const { ends, run } = recorder();
    let torndown = false;
    const endless = new Observable<number>((subscriber) => {
      subscriber.next(1);
      return () => (torndown = true);
    });
    expect(await firstValueFrom(follow(endless, run).pipe(take(1)))).toBe(1);
    expect(torndown).toBe(true);
    expect(ends).toEqual(['run.1 ok undefined']);
  });

  test('an Observable is cancelled when its consumer leaves before the next item', () => {
    const { ends, run } = recorder();
    const source = new Subject<number>();
    const subscription = follow(source.asObservable(), run).subscribe();
    source.next(1);
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
    expect(ends).toEqual(['run.1 cancelled']);
  });

  test('an Observable that gives all it has while it is subscribed to can be left', async () => {
    const { run } = recorder();
    const endless = new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed; i++) subscriber.next(i);
    });
    const three = follow(endless, run).pipe(take(3), toArray());
    expect(await lastValueFrom(three)).toEqual([0, 1, 2]);
  });

  test('an Observable that is a Subject is handed back itself', async () => {
    const { ends, run } = recorder();
    const subject = new Subject<number>();
    const followed = follow(subject, run);
    expect(followed).toBe(subject);
    const all = lastValueFrom(followed.pipe(toArray()));
    followed.next(1);
    followed.complete();
    expect(await all).toEqual([1]);
    expect(ends).toEqual(['run.1 ok undefined']);
  });

  test('an Observable that is connectable keeps its connect()', async () => {
    const { ends, run } = recorder();
    const source = follow(connectable(of(1, 2)), run);
    const all = lastValueFrom(source.pipe(toArray()));
    source.connect();
    expect(await all).toEqual([1, 2]);
    expect(ends).toEqual(['run.1 ok undefined']);
  });

  test('an Observable that is shared does not collect followers', () => {
    const { ends, run } = recorder();
    const shared = new BehaviorSubject(1);
    for (let i = 0; i < 50_000; i++) follow(shared, run);
    const values: number[] = [];
    shared.subscribe((value) => values.push(value)).unsubscribe();
    expect(values).toEqual([1]);
    expect(ends).toHaveLength(50_000);
  });
});

describe('a generator', () => {
  function* numbers() {
    yield 1;
    yield 2;
    return 'done';
  }
  async function* failing() {
    yield 1;
    throw new Error('no');
  }

  test('a generator ends when it is exhausted, with what it returned', () => {
    const { ends, run } = recorder();
    const iterator = numbers();
    const followed = follow(iterator, run);
    expect(followed).toBe(iterator);
    expect(ends).toEqual([]);
    expect([...followed]).toEqual([1, 2]);
    expect(ends).toEqual(['run.1 ok "done"']);
  });

  test('a generator is cancelled when its consumer breaks off, and runs its finally', () => {
    const { ends, run } = recorder();
    let cleaned = false;
    const endless = (function* () {
      try {
        for (;;) yield 1;
      } finally {
        cleaned = true;
      }
    })();
    for (const _ of follow(endless, run)) break;
    expect(cleaned).toBe(true);
    expect(ends).toEqual(['run.1 cancelled']);
  });

  test('a generator that is asynchronous ends at its error, which is passed on', async () => {
    const { ends, run } = recorder();
    expect(await settled(collect(follow(failing(), run)))).toEqual({
      error: 'no',
    });
    expect(ends).toEqual(['run.1 failed no']);
  });

  test('a generator ends at an error that is thrown into it', () => {
    const { ends, run } = recorder();
    const iterator = follow(numbers(), run);
    iterator.next();
    expect(() => iterator.throw(new Error('into'))).toThrow('into');
    expect(ends).toEqual(['run.1 failed into']);
  });

  test('a generator that delegates passes values both ways', () => {
    const { run } = recorder();
    const echo = (function* (): Generator<string, string, string> {
      return `end ${yield 'first'}`;
    })();
    const outer = (function* (): Generator<string, string, string> {
      return yield* follow(echo, run);
    })();
    expect(outer.next()).toEqual({ value: 'first', done: false });
    expect(outer.next('word')).toEqual({ value: 'end word', done: true });
  });

  test('a generator without a consumer has not run', () => {
    const { ends, run } = recorder();
    follow(numbers(), run);
    expect(ends).toEqual([]);
  });
});

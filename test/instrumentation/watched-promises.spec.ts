import { runInNewContext } from 'node:vm';
import { firstValueFrom, of, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  followerOf,
  followShared,
} from '../../src/instrumentation/calls/follow.js';
import type { Run } from '../../src/instrumentation/calls/run.js';
import { usedHeap } from '../support/heap.js';
import { waitFor } from '../support/http.js';
import { runThatTells } from '../support/runs.js';

/** Runs that write down how they ended. */
function recorder() {
  const ends: string[] = [];
  const newRun = (): Run => {
    let ended = false;
    const end = (how: string) => {
      if (!ended) ends.push(how);
      ended = true;
    };
    return runThatTells(end, newRun);
  };
  return { ends, newRun };
}

describe('the follower of a function', () => {
  async function native() {}
  test.each([
    ['an async function', native, true],
    ['an async arrow function', async () => {}, true],
    [
      'an async function of another realm',
      runInNewContext('async () => {}'),
      true,
    ],
    ['a function', () => Promise.resolve(), false],
    ['a bound async function', native.bind(undefined), false],
    [
      'a function that says it is async',
      Object.assign(() => {}, { [Symbol.toStringTag]: 'AsyncFunction' }),
      false,
    ],
  ])(
    'the follower of a function derives a promise from that of %s: %s',
    async (_what, method, derives) => {
      const promise = Promise.resolve(7);
      const followed = followerOf(method)(promise, recorder().newRun());
      expect(followed === promise).toBe(!derives);
      expect(await followed).toBe(7);
    },
  );
});

describe('a shared promise', () => {
  const cancel = Symbol('cancel');

  test('a shared promise is returned itself, with all its properties', async () => {
    const { ends, newRun } = recorder();
    const promise = Object.assign(Promise.resolve(7), { [cancel]: () => 'ok' });
    void Object.defineProperty(promise, 'abort', { value: () => 'aborted' });
    const followed = followShared(promise, newRun());
    expect(followed).toBe(promise);
    expect(followed[cancel]()).toBe('ok');
    expect((followed as any).abort()).toBe('aborted');
    expect(followed.constructor).toBe(Promise);
    expect(Object.keys(followed)).toEqual([]);
    expect(await followed).toBe(7);
    expect(ends).toEqual(['ok 7']);
  });

  const only = (promise: Promise<unknown>) => [promise];

  const uses: [string, (promise: Promise<unknown>) => PromiseLike<unknown>][] =
    [
      ['await', async (p) => await p],
      ['then()', (p) => p.then((value) => value)],
      ['catch()', (p) => p.catch(() => {})],
      ['finally()', (p) => p.finally(() => {})],
      ['Promise.all()', (p) => Promise.all(only(p))],
      ['Promise.race()', (p) => Promise.race(only(p))],
      ['Promise.any()', (p) => Promise.any(only(p))],
      ['Promise.allSettled()', (p) => Promise.allSettled(only(p))],
      ['Promise.resolve()', (p) => Promise.resolve(p).then(() => {})],
      ['resolve()', (p) => new Promise((resolve) => resolve(p))],
      ['the return of an async function', async (p) => p],
      [
        'for await',
        async (p) => {
          // oxlint-disable-next-line typescript/await-thenable
          for await (const _ of [p]);
        },
      ],
    ];

  test.each(uses)(
    'a shared promise is recorded before code that uses %s goes on',
    async (_how, use) => {
      const { ends, newRun } = recorder();
      const promise = new Promise((resolve) => setImmediate(resolve, 7));
      await use(followShared(promise, newRun()));
      expect(ends).toEqual(['ok 7']);
    },
  );

  test('a shared promise is recorded for each call that returns it, before and after it is handled', async () => {
    const { ends, newRun } = recorder();
    const memoised = new Promise((resolve) => setImmediate(resolve, 7));
    const calls = Array.from({ length: 20 }, () =>
      followShared(memoised, newRun()),
    );
    await Promise.all(calls);
    expect(ends).toHaveLength(20);
    await followShared(memoised, newRun());
    expect(ends).toHaveLength(21);
  });

  test('a shared promise is recorded twice where two measured methods pass it on', async () => {
    const { ends, newRun } = recorder();
    const promise = Promise.resolve(7);
    await followShared(followShared(promise, newRun()), newRun());
    expect(ends).toEqual(['ok 7', 'ok 7']);
  });

  test.each([
    ['at once', () => Promise.resolve(7)],
    ['later', () => new Promise((resolve) => setTimeout(resolve, 20, 7))],
  ])(
    'a shared promise is recorded if it has no handler and is fulfilled %s',
    async (_when, make) => {
      const { ends, newRun } = recorder();
      void followShared(make(), newRun());
      await waitFor(() => ends.length, 'the call to be recorded');
      expect(ends).toEqual(['ok 7']);
    },
  );

  test('a shared promise may be frozen', async () => {
    const { ends, newRun } = recorder();
    const promise = Object.freeze(
      new Promise((resolve) => setTimeout(resolve, 20, 7)),
    );
    expect(followShared(promise, newRun())).toBe(promise);
    await new Promise((resolve) => setImmediate(resolve));
    usedHeap();
    expect(await promise).toBe(7);
    await waitFor(() => ends.length, 'the call to be recorded');
    expect(ends).toEqual(['ok 7']);
  });

  test('a shared promise may be of another realm', async () => {
    const { ends, newRun } = recorder();
    const promise = runInNewContext('Promise.resolve(7)') as Promise<number>;
    expect(followShared(promise, newRun())).toBe(promise);
    expect(await promise).toBe(7);
    expect(ends).toEqual(['ok 7']);
  });

  test('a shared promise may be a thenable with methods of its own', async () => {
    const { ends, newRun } = recorder();
    const thenable = {
      then: (ok: (value: number) => unknown) => Promise.resolve(7).then(ok),
      cancel: () => 'ok',
    };
    expect(followShared(thenable, newRun())).toBe(thenable);
    expect(thenable.cancel()).toBe('ok');
    expect(await thenable).toBe(7);
    expect(ends).toEqual(['ok 7']);
  });

  test('a shared promise of a stream ends when the stream does', async () => {
    const { ends, newRun } = recorder();
    async function* words() {
      yield 'a';
    }
    const generator = words();
    const stream = await followShared(Promise.resolve(generator), newRun());
    expect(stream).toBe(generator);
    expect(ends).toEqual([]);
    for await (const _ of stream);
    expect(ends).toEqual(['ok undefined']);
  });

  test('a shared promise of an Observable ends with its first subscription', async () => {
    const { ends, newRun } = recorder();
    const source = of(1, 2);
    const followed = await followShared(Promise.resolve(source), newRun());
    expect(followed).toBe(source);
    expect(ends).toEqual([]);
    expect(await firstValueFrom(followed.pipe(toArray()))).toEqual([1, 2]);
    expect(ends).toEqual(['ok undefined']);
  });

  test('a shared promise settles with its value, even if that throws when it is inspected', async () => {
    const results: unknown[] = [];
    const run = {
      ...recorder().newRun(),
      succeed: (result: unknown) => void results.push(result),
    };
    const hostile = new Proxy(
      {},
      {
        get: (_target, key) => {
          if (key === 'then') return undefined;
          throw new Error('detached');
        },
        has: () => {
          throw new Error('detached');
        },
        getPrototypeOf: () => {
          throw new Error('detached');
        },
      },
    );
    expect(
      (await followShared(Promise.resolve(hostile), run)) === hostile,
    ).toBe(true);
    expect(results[0] === hostile).toBe(true);
  });

  test('a shared promise that never settles and is dropped keeps nothing alive', async () => {
    const before = usedHeap();
    for (let i = 0; i < 200; i++) {
      const held = Array.from({ length: 50_000 }, () => i);
      void followShared(new Promise(() => {}), {
        ...recorder().newRun(),
        succeed: () => void held,
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(usedHeap() - before).toBeLessThan(20e6);
  });
});

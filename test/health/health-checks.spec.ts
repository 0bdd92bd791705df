import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HealthCheckDefinition } from '../../src/index.js';
import { OptionsError } from '../../src/index.js';
import {
  type CheckReport,
  HealthChecks,
} from '../../src/health/health-checks.js';
import { withLink } from '../../src/core/message-links.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));
vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Checks with what they logged. */
function checksOf(...definitions: HealthCheckDefinition[]) {
  const log: string[] = [];
  const checks = new HealthChecks({
    warn: (message) => void log.push(`warn: ${message}`),
    log: (message) => void log.push(`log: ${message}`),
  });
  const removes = definitions.map((one) => checks.add(one, 'here'));
  return { checks, log, remove: removes[0]! };
}

/** A check that ends when the test ends it. */
function controlled() {
  const runs: ((result: boolean) => void)[] = [];
  const signals: AbortSignal[] = [];
  const check = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<boolean>((resolve) => runs.push(resolve));
  };
  return { check, runs, signals };
}

const never = () => new Promise<void>(() => {});

describe('health checks', () => {
  test('health checks run at the same time: two that wait for each other are both up', async () => {
    let first!: () => void;
    let second!: () => void;
    const firstRuns = new Promise<void>((resolve) => (first = resolve));
    const secondRuns = new Promise<void>((resolve) => (second = resolve));
    const { checks } = checksOf(
      { name: 'a', check: () => (first(), secondRuns) },
      { name: 'b', check: () => (second(), firstRuns) },
    );
    expect(await checks.all()).toMatchObject([
      { name: 'a', isUp: true, critical: true },
      { name: 'b', isUp: true },
    ]);
  });

  test('a running health check is shared by simultaneous requests', async () => {
    const { check, runs } = controlled();
    const { checks } = checksOf({ name: 'a', check });
    const asked = Promise.all([checks.all(), checks.critical(), checks.all()]);
    runs[0]!(true);
    await asked;
    expect(runs).toHaveLength(1);
  });

  test('health checks keep a result for cacheFor, from its end on', async () => {
    const check = vi.fn(() => true);
    const { checks } = checksOf({ name: 'a', check, cacheFor: 5_000 });
    await checks.all();
    vi.advanceTimersByTime(4_999);
    await checks.all();
    expect(check).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    await checks.all();
    expect(check).toHaveBeenCalledTimes(2);
  });

  test('health checks keep a result for a second by default, and not at all with cacheFor 0', async () => {
    const kept = vi.fn();
    const fresh = vi.fn();
    const { checks } = checksOf(
      { name: 'kept', check: kept },
      { name: 'fresh', check: fresh, cacheFor: 0 },
    );
    for (const _ of [1, 2]) await checks.all();
    expect([kept, fresh].map((fn) => fn.mock.calls.length)).toEqual([1, 2]);
    vi.advanceTimersByTime(1_000);
    await checks.all();
    expect([kept, fresh].map((fn) => fn.mock.calls.length)).toEqual([2, 3]);
  });

  test('health checks are down after their own timeout, which aborts their signal', async () => {
    const slow = controlled();
    const { checks } = checksOf(
      { name: 'slow', check: slow.check, timeout: 300 },
      { name: 'default', check: never },
      { name: 'quick', check: () => true },
    );
    const asked = checks.all();
    await vi.advanceTimersByTimeAsync(299);
    expect(slow.signals[0]!.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(slow.signals[0]!.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(700);
    expect(await asked).toMatchObject([
      {
        name: 'slow',
        isUp: false,
        error: 'Error: The check took more than 300 ms',
        seconds: 0.3,
      },
      { isUp: false, error: 'Error: The check took more than 1000 ms' },
      { isUp: true, seconds: 0 },
    ]);
  });

  test('a health check that hangs is not started again while it runs', async () => {
    const { check, runs } = controlled();
    const { checks } = checksOf({
      name: 'a',
      check,
      timeout: 100,
      cacheFor: 0,
    });
    const first = checks.all();
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toMatchObject([{ isUp: false }]);
    await vi.advanceTimersByTimeAsync(9_900);
    expect(await checks.all()).toMatchObject([
      {
        isUp: false,
        error:
          'it has been running for 10 s and is not started again before it ends',
        seconds: 10,
      },
    ]);
    expect(runs).toHaveLength(1);
    runs[0]!(true);
    await vi.advanceTimersByTimeAsync(0);
    const second = checks.all();
    expect(runs).toHaveLength(2);
    runs[1]!(true);
    expect(await second).toMatchObject([{ isUp: true }]);
  });

  test('a health check that ends because its signal was aborted can run again', async () => {
    let runs = 0;
    const check = (signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        runs++;
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const { checks } = checksOf({ name: 'a', check, timeout: 1, cacheFor: 0 });
    for (const run of [1, 2, 3]) {
      const asked = checks.all();
      await vi.advanceTimersByTimeAsync(1);
      await asked;
      expect(runs).toBe(run);
    }
  });

  test('health checks say since when they are up or down', async () => {
    vi.setSystemTime(1_000_000);
    let isUp = false;
    const { checks } = checksOf({ name: 'a', check: () => isUp, cacheFor: 0 });
    expect(await checks.all()).toMatchObject([
      { since: 1_000_000, time: 1_000_000 },
    ]);
    vi.advanceTimersByTime(5_000);
    expect(await checks.all()).toMatchObject([
      { since: 1_000_000, time: 1_005_000 },
    ]);
    isUp = true;
    expect(await checks.all()).toMatchObject([{ since: 1_005_000 }]);
  });

  test('health checks log one warning when they go down and one line when they are up again', async () => {
    const results = [true, false, false, false, true, true, false];
    const { checks, log } = checksOf({
      name: 'queue',
      check: () => results.shift(),
      cacheFor: 0,
    });
    while (results.length > 0) {
      await checks.all();
      vi.advanceTimersByTime(2_000);
    }
    const DOWN = withLink(
      'warn: Health check "queue" is down: it returned false',
      'health_check_down',
    );
    expect(log).toEqual([
      DOWN,
      'log: Health check "queue" is up again after 6 s',
      DOWN,
    ]);
  });

  test.each([
    ['back', -432_000_000],
    ['forward', 432_000_000],
  ])(
    'health checks report valid times when the system clock is set %s',
    async (_, milliseconds) => {
      const results = [true, false, false, true];
      const { checks, log } = checksOf({
        name: 'queue',
        check: () => results.shift(),
        cacheFor: 0,
      });
      while (results.length > 0) {
        const [{ since, time }] = (await checks.all()) as [CheckReport];
        expect(since).toBeLessThanOrEqual(time);
        vi.advanceTimersByTime(2_000);
        vi.setSystemTime(Date.now() + milliseconds);
      }
      expect(log.at(-1)).toBe(
        'log: Health check "queue" is up again after 4 s',
      );
    },
  );

  test('health checks log both as warnings if the logger has no log(), and ignore a logger that throws', async () => {
    const results = [false, true, false];
    const warn = vi.fn(() => {
      if (results.length === 0) throw new Error('no log');
    });
    const checks = new HealthChecks({ warn });
    const check = () => results.shift();
    checks.add({ name: 'a', check, cacheFor: 0 }, 'here');
    await checks.all();
    await checks.all();
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining('is down'),
      expect.stringContaining('is up again'),
    ]);
    expect(await checks.all()).toMatchObject([{ isUp: false }]);
  });

  test('critical health checks can run alone, without waiting for the others', async () => {
    const { checks } = checksOf(
      { name: 'critical', check: () => true },
      { name: 'other', check: never, critical: false },
    );
    expect(await checks.critical()).toMatchObject([{ name: 'critical' }]);
  });

  test('health checks are not reported once they are removed, also while they run', async () => {
    const { check, runs } = controlled();
    const { checks, remove } = checksOf({ name: 'a', check });
    const asked = checks.all();
    expect(remove()).toBe(true);
    expect(remove()).toBe(false);
    runs[0]!(true);
    expect(await asked).toEqual([]);
    checks.add({ name: 'a', check: () => true }, 'there');
    expect(remove()).toBe(false);
    expect(await checks.all()).toHaveLength(1);
  });
});

describe('a definition of a check', () => {
  const good = { name: 'a', check: () => true };

  test.each([
    [
      { ...good, timeout: 0 },
      'here.timeout is 0; expected a number of milliseconds from 1 to 5000',
    ],
    [{ ...good, timeout: 5_001 }, 'here.timeout is 5001; expected'],
    [{ ...good, timeout: NaN }, 'here.timeout is NaN; expected'],
    [
      { ...good, cacheFor: -1 },
      'here.cacheFor is -1; expected a number of milliseconds from 0',
    ],
    [{ ...good, cacheFor: Infinity }, 'here.cacheFor is Infinity; expected'],
    [
      { ...good, critical: 'no' },
      "here.critical is 'no'; expected true or false",
    ],
    [{ ...good, name: '' }, "here.name is ''; expected a name"],
    [{ ...good, name: undefined }, 'here.name is undefined; expected a name'],
    [{ name: 'a' }, 'here.check is undefined; expected a function'],
    [{ name: 'a', check: true }, 'here.check is true; expected a function'],
    [
      { ...good, cache: 1 },
      'here.cache is not an option; known here are: name, check, timeout',
    ],
    [undefined, 'here is undefined; expected an object'],
  ])('a definition of a check is refused: %j', (definition, message) => {
    const { checks } = checksOf();
    const add = () => checks.add(definition as never, 'here');
    expect(add).toThrow(OptionsError);
    expect(add).toThrow(message);
    expect(checks.size).toBe(0);
  });

  test('a definition of a check is refused if its name is taken, and both sources are named', () => {
    const { checks } = checksOf(good);
    expect(() => checks.add(good, 'there')).toThrow(
      new OptionsError(
        'Health check "a" comes from here and from there; give one of them another name',
      ),
    );
  });
});

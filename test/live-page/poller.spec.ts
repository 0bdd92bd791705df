import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AnswerHead } from '../../src/live/answers.js';
import type { Query } from '../../live-page/src/api/base.js';
import type { Outcome } from '../../live-page/src/api/outcome.js';
import { Poller, type Snapshot } from '../../live-page/src/api/poller.js';

const OVERVIEW: Query = { view: 'overview', key: 'overview', parameters: {} };
const AGENTS: Query = { view: 'agents', key: 'agents', parameters: {} };

const head = (history = 'one'): AnswerHead =>
  ({ version: 1, history, interval: 5, processes: 1 }) as AnswerHead;

const away: Outcome = { failure: { kind: 'away', reason: 'no connection' } };

/** A poller whose app answers as told. */
function started() {
  const asked: string[] = [];
  const minutes: (number | null)[] = [];
  let outcome: Outcome = { answer: head() };
  let snapshot: Snapshot | undefined;
  const poller = new Poller({
    fetchAnswer: ({ view }, range) => {
      asked.push(view);
      minutes.push(range);
      return Promise.resolve(outcome);
    },
    onChange: (next) => (snapshot = next),
    now: () => Date.now(),
  });
  return {
    poller,
    asked,
    minutes,
    answer: (next: Outcome) => (outcome = next),
    now: () => snapshot!,
    pass: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000),
  };
}

describe('The poller of the live page', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('it asks at once, and then in each interval of the app', async () => {
    const { poller, asked, now, pass } = started();
    poller.show([OVERVIEW], 30);
    await pass(0);
    expect(now().connection.state).toBe('live');
    await pass(15);
    expect(asked).toHaveLength(4);
    poller.close();
  });

  test('another view is asked for at once, and the first one is remembered', async () => {
    const { poller, asked, now, pass } = started();
    poller.show([OVERVIEW], 30);
    await pass(0);
    poller.show([AGENTS], 30);
    await pass(0);
    expect(asked).toEqual(['overview', 'agents']);
    expect([...now().answers.keys()]).toEqual(['overview', 'agents']);
    poller.close();
  });

  test('it keeps a bounded number of answers', async () => {
    const { poller, now, pass } = started();
    for (let i = 0; i < 100; i++) {
      poller.show([{ view: 'agent', key: `agent/${i}`, parameters: {} }], 30);
      await pass(0);
    }
    expect(now().answers.size).toBeLessThanOrEqual(8);
    poller.close();
  });

  test('while the app is away it waits longer and longer, and the values stay', async () => {
    const { poller, asked, answer, now, pass } = started();
    poller.show([OVERVIEW], 30);
    await pass(0);
    const { receivedAt } = now();
    answer(away);
    await pass(5);
    expect(now().connection).toMatchObject({
      state: 'away',
      since: receivedAt,
      nextTry: Date.now() + 5000,
    });
    expect(now().answers.size).toBe(1);
    const before = asked.length;
    await pass(5 + 10 + 20);
    expect(asked).toHaveLength(before + 3);
    answer({ answer: head() });
    await pass(30);
    expect(now().connection.state).toBe('live');
    poller.close();
  });

  test.each([401, 403])('after %i it never asks again', async (status) => {
    const { poller, asked, answer, now, pass } = started();
    poller.show([OVERVIEW], 30);
    await pass(0);
    answer({ failure: { kind: 'ended', status } });
    await pass(5);
    expect(now().connection).toMatchObject({ state: 'ended', status });
    const before = asked.length;
    poller.poll();
    poller.show([AGENTS], 30);
    poller.setPaused(true);
    poller.setPaused(false);
    await pass(600);
    expect(asked).toHaveLength(before);
  });

  test('an answer of another version makes the page ask for a reload', async () => {
    const { poller, answer, now, pass } = started();
    answer({ failure: { kind: 'outdated' } });
    poller.show([OVERVIEW], 30);
    await pass(60);
    expect(now().connection.state).toBe('outdated');
  });

  test('a paused page stands still, shows other views, and goes on at once', async () => {
    const { poller, asked, pass } = started();
    poller.show([OVERVIEW], 30);
    await pass(0);
    poller.setPaused(true);
    await pass(60);
    expect(asked).toHaveLength(1);
    poller.show([AGENTS], 30);
    await pass(60);
    expect(asked).toEqual(['overview', 'agents']);
    poller.setPaused(false);
    await pass(0);
    expect(asked).toHaveLength(3);
    poller.close();
  });

  test('a page in the background does not ask', async () => {
    const { poller, asked, pass } = started();
    poller.show([OVERVIEW], 30);
    await pass(0);
    poller.setHidden(true);
    await pass(600);
    expect(asked).toHaveLength(1);
    poller.setHidden(false);
    await pass(0);
    expect(asked).toHaveLength(2);
    poller.close();
  });

  test('a page that is opened in the background asks once it is seen', async () => {
    const { poller, asked, pass } = started();
    poller.setHidden(true);
    poller.show([OVERVIEW], 30);
    await pass(600);
    expect(asked).toEqual([]);
    poller.setHidden(false);
    await pass(0);
    expect(asked).toHaveLength(1);
    poller.close();
  });

  test('a page that is neither paused nor in the background asks its first question once', async () => {
    const { poller, asked, pass } = started();
    poller.show([OVERVIEW], 30);
    poller.setPaused(false);
    poller.setHidden(false);
    await pass(0);
    expect(asked).toHaveLength(1);
    poller.close();
  });

  test('a range that the app refuses is asked for once, and then the usual one', async () => {
    const { poller, minutes, answer, now, pass } = started();
    const refused: Outcome = {
      failure: { kind: 'refused', reason: 'it answered 400' },
    };
    answer(refused);
    poller.show([OVERVIEW], 15);
    await pass(0);
    expect(minutes).toEqual([15, null]);
    expect(now().connection).toMatchObject({
      state: 'away',
      reason: 'it answered 400',
    });
    answer({ answer: head() });
    await pass(5);
    expect(minutes).toEqual([15, null, null]);
    expect(now().connection.state).toBe('live');
    poller.close();
  });

  test('another history makes the page forget the former one', async () => {
    const { poller, answer, now, pass } = started();
    poller.show([OVERVIEW], 30);
    await pass(0);
    poller.show([AGENTS], 30);
    await pass(0);
    expect(now().resetAt).toBeNull();
    answer({ answer: head('two') });
    await pass(5);
    expect([...now().answers.keys()]).toEqual(['agents']);
    expect(now().resetAt).toBe(Date.now());
    poller.forgetReset();
    expect(now().resetAt).toBeNull();
    poller.close();
  });

  test('the histories of several processes are no restart of each other', async () => {
    const { poller, answer, now, pass } = started();
    answer({ answer: { ...head('one'), processes: 4 } });
    poller.show([OVERVIEW], 30);
    await pass(0);
    answer({ answer: { ...head('two'), processes: 4 } });
    await pass(5);
    expect(now().resetAt).toBeNull();
    poller.close();
  });

  test('an answer that comes after another view was chosen is dropped', async () => {
    const answers: ((outcome: Outcome) => void)[] = [];
    let snapshot: Snapshot | undefined;
    const poller = new Poller({
      fetchAnswer: () => new Promise((resolve) => answers.push(resolve)),
      onChange: (next) => (snapshot = next),
      now: () => Date.now(),
    });
    poller.show([OVERVIEW], 30);
    poller.show([AGENTS], 30);
    answers[0]!({ answer: head() });
    await vi.advanceTimersByTimeAsync(0);
    expect(snapshot!.answers.size).toBe(0);
    answers[1]!({ answer: head() });
    await vi.advanceTimersByTimeAsync(0);
    expect([...snapshot!.answers.keys()]).toEqual(['agents']);
    poller.close();
  });
});

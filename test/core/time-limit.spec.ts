import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { setDeadline, withTimeout } from '../../src/core/time-limit.js';
import { standStill } from '../support/stand-still.js';

test('what has come while the event loop stood still is in time', async () => {
  const reading = readFile(fileURLToPath(import.meta.url), 'utf8');
  const inTime = withTimeout(1_000, reading, 'Reading');
  standStill(1_100);
  expect(await inTime).toContain('stood still');
});

test('a deadline is over on the clock, though the event loop stood still', async () => {
  const reading = readFile(fileURLToPath(import.meta.url), 'utf8');
  const late = withTimeout(1_000, reading, 'Reading', setDeadline);
  standStill(1_100);
  await expect(late).rejects.toThrow('Reading took more than 1000 ms');
});

test('what never comes is late after so many milliseconds', async () => {
  const never = new Promise(() => {});
  const began = performance.now();
  await expect(withTimeout(50, never, 'Waiting')).rejects.toThrow(
    'Waiting took more than 50 ms',
  );
  expect(performance.now() - began).toBeGreaterThanOrEqual(49);
});

test.each([1, 4, 5, 7, 250, 2_147_483_647])(
  'a limit of %i ms is over after so many, not before, and not once it is cancelled',
  async (milliseconds) => {
    vi.resetModules();
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const limits = await import('../../src/core/time-limit.js');
    const [call, cancelled] = [vi.fn(), vi.fn()];
    limits.setLimit(call, milliseconds);
    const cancel = limits.setLimit(cancelled, milliseconds);
    vi.advanceTimersByTime(milliseconds - 1);
    expect(call).not.toHaveBeenCalled();
    cancel();
    vi.advanceTimersByTime(1);
    expect(call).toHaveBeenCalledOnce();
    expect(cancelled).not.toHaveBeenCalled();
  },
);

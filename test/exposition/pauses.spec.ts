import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CoalescingRenderer } from '../../src/exposition/coalescing-renderer.js';
import { EventLoopYielder } from '../../src/core/event-loop-yielder.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));
vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Pages that take so many milliseconds, of which two are being sent for as long as the test runs. */
async function busyPages(took: number) {
  const pages = new CoalescingRenderer(new EventLoopYielder());
  const write = async () => {
    await new Promise((resolve) => setTimeout(resolve, took));
    return [];
  };
  for (const key of ['kept', 'kept too']) {
    void pages.acquire(key, write);
    await vi.advanceTimersByTimeAsync(took + 1);
  }
  /** Milliseconds until a page is there that is asked for now. */
  const waitFor = async (key: string, patience?: number) => {
    const start = Date.now();
    const { release } = await pages.acquire(key, write, patience);
    const waited = Date.now() - start;
    release();
    return waited;
  };
  return { waitFor };
}

/** Lets all the time pass that anything waits for. */
const passTime = () => vi.advanceTimersByTimeAsync(5_000);

describe('while two pages are being sent', () => {
  test('while two pages are being sent, the next page comes after a pause of a second', async () => {
    const { waitFor } = await busyPages(50);
    const page = waitFor('next');
    await passTime();
    expect(await page).toBeGreaterThan(1_000);
  });

  test("the pause before a page is half of a scraper's timeout of 900 ms", async () => {
    const { waitFor } = await busyPages(50);
    const page = waitFor('next', 900);
    await passTime();
    expect(await page).toBe(500);
  });

  test('a scraper with a short timeout shortens the pause of its own page only', async () => {
    const { waitFor } = await busyPages(50);
    const [patient, other] = [waitFor('next'), waitFor('other')];
    await vi.advanceTimersByTimeAsync(100);
    const hasty = waitFor('next', 400);
    await passTime();
    expect(await hasty).toBe(250);
    expect(await patient).toBe(350);
    expect(await other).toBeGreaterThan(900);
  });

  test('while two pages are being sent, a page that takes a third of the timeout is in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 10_000 }),
        async (took, spare) => {
          const { waitFor } = await busyPages(took);
          const patience = 3 * took + spare;
          const page = waitFor('next', patience);
          await vi.advanceTimersByTimeAsync(patience + 1);
          expect(await page).toBeLessThanOrEqual(patience);
        },
      ),
      { numRuns: 50 },
    );
  });
});

test('all scrapes of three scrapers that repeat them with a timeout of a second are in time', async () => {
  const pages = new CoalescingRenderer(new EventLoopYielder());
  const write = async () => {
    await new Promise((resolve) => setTimeout(resolve, 80));
    return [];
  };
  const late: number[] = [];
  const scraper = async () => {
    for (let i = 0; i < 15; i++) {
      const start = Date.now();
      // Sending takes longer than rendering, so that pages are in use all the time.
      const { release } = await pages.acquire('page', write, 900);
      if (Date.now() - start > 900) late.push(Date.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 700));
      release();
    }
  };
  const scrapers = [0, 250, 500].map(async (delay) => {
    await new Promise((resolve) => setTimeout(resolve, delay));
    return scraper();
  });
  await vi.advanceTimersByTimeAsync(120_000);
  await Promise.all(scrapers);
  expect(late).toEqual([]);
});

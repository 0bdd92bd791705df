import { expect, test } from 'vitest';
import { waitFor } from '../support/http.js';
import type { Content } from '../../src/exposition/content.js';
import {
  type AcquiredPage,
  CoalescingRenderer,
} from '../../src/exposition/coalescing-renderer.js';
import { EventLoopYielder } from '../../src/core/event-loop-yielder.js';
import { TEXT_FORMAT } from '../../src/exposition/formats/text.js';
import { PageRenderer } from '../../src/exposition/page-renderer.js';
import { type MetricsSource, NO_LABELS } from '../../src/registry/gatherer.js';

/** Pages that say how often they were rendered, and borrowers who keep them until told. */
function library() {
  const pages = new CoalescingRenderer(new EventLoopYielder());
  const renders: string[] = [];
  const borrow = (key: string) => {
    let giveBack!: () => void;
    const done = new Promise<void>((resolve) => (giveBack = resolve));
    const borrowed: { text?: string } = {};
    const returned = withPage(
      pages.acquire(key, async (out) => {
        renders.push(key);
        out.text(`${key}${renders.length}`);
        return out.end();
      }),
      (content: Content) => {
        borrowed.text = Buffer.concat(content.chunks).toString();
        return done;
      },
    );
    return Object.assign(borrowed, {
      giveBack: () => {
        giveBack();
        return returned;
      },
    });
  };
  return { borrow, renders };
}

/** Uses a page, and releases it at the end. */
async function withPage(
  acquired: Promise<AcquiredPage>,
  use: (content: Content) => unknown,
): Promise<void> {
  const { content, release } = await acquired;
  try {
    await use(content);
  } finally {
    release();
  }
}

/** Lets all go on that is not waiting for something from outside. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const lent = (borrowed: { text?: string }) =>
  waitFor(() => borrowed.text, 'a page');

/** As many pages as may be there at once, each kept by somebody. */
async function full(borrow: ReturnType<typeof library>['borrow']) {
  const kept = [];
  for (let i = 0; i < 4; i++) {
    const borrowed = borrow('a');
    kept.push(borrowed);
    await lent(borrowed);
  }
  return kept;
}

test('a request after a page is complete gets a new page', async () => {
  const { borrow } = library();
  const kept = await full(borrow);
  expect(kept.map(({ text }) => text)).toEqual(['a1', 'a2', 'a3', 'a4']);
});

test('the newest page is shared again while slow readers keep four pages', async () => {
  const { borrow, renders } = library();
  const kept = await full(borrow);
  const fifth = borrow('a');
  expect(await lent(fifth)).toBe('a4');
  await kept[0]!.giveBack();
  const sixth = borrow('a');
  expect(await lent(sixth)).toBe('a5');
  expect(renders).toHaveLength(5);
});

test('a page of another key waits for its place, is shared meanwhile, and is rendered in order', async () => {
  const { borrow, renders } = library();
  const kept = await full(borrow);
  const [b, alsoB, c] = [borrow('b'), borrow('b'), borrow('c')];
  await settle();
  expect([b.text, c.text]).toEqual([undefined, undefined]);
  await kept[0]!.giveBack();
  await Promise.all([lent(b), lent(alsoB)]);
  expect([b.text, alsoB.text, c.text]).toEqual(['b5', 'b5', undefined]);
  await Promise.all([b.giveBack(), alsoB.giveBack()]);
  expect(await lent(c)).toBe('c6');
  expect(renders).toHaveLength(6);
});

test.each([
  { spansProcesses: false, gathers: 1 },
  { spansProcesses: true, gathers: 2 },
])(
  'three requests cost $gathers pages where other processes show the same metrics: $spansProcesses',
  async ({ spansProcesses, gathers }) => {
    const continued: (() => void)[] = [];
    const source: MetricsSource = {
      spansProcesses,
      gather: async () => {
        await new Promise<void>((resolve) => continued.push(resolve));
        return { headers: [], metrics: [], added: NO_LABELS, unread: [] };
      },
      reportFailed: () => {},
    };
    const renderer = new PageRenderer(source, new EventLoopYielder(), () => {});
    const request = { format: TEXT_FORMAT };
    const first = renderer.acquire(request);
    await settle();
    // Another process may have shown a newer page by now.
    const others = [renderer.acquire(request), renderer.acquire(request)];
    await settle();
    expect(continued).toHaveLength(gathers);
    for (const one of continued) one();
    for (const { release } of await Promise.all([first, ...others])) release();
  },
);

test('a page that fails leaves its place to others', async () => {
  const pages = new CoalescingRenderer(new EventLoopYielder());
  for (let i = 0; i < 10; i++) {
    const broken = () => Promise.reject(new Error('broken'));
    await expect(pages.acquire('a', broken)).rejects.toThrow('broken');
  }
  const { content } = await pages.acquire('a', async () => []);
  expect(content.length).toBe(0);
});

test('there is a pause after a page that took long, while two pages are being sent', async () => {
  const pages = new CoalescingRenderer(new EventLoopYielder());
  let renders = 0;
  const lend = (use: () => unknown) =>
    withPage(
      pages.acquire('a', async () => {
        renders++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return [];
      }),
      use,
    );
  await lend(() => {});
  // Alone: at once.
  const alone = lend(() => {});
  await settle();
  expect(renders).toBe(2);
  await alone;
  const giveBack: (() => void)[] = [];
  const keep = async () => {
    const use = () => new Promise<void>((resolve) => giveBack.push(resolve));
    const kept = lend(use);
    const before = giveBack.length;
    await waitFor(() => giveBack.length > before, 'the page that is kept');
    return { kept };
  };
  const kept = [await keep(), await keep()];
  expect(renders).toBe(4);
  const next = lend(() => {});
  for (let i = 0; i < 10; i++) await settle();
  expect(renders).toBe(4);
  await next;
  expect(renders).toBe(5);
  for (const give of giveBack) give();
  await Promise.all(kept.map((each) => each.kept));
});

test('tasks that yield go on one by one, each in another round of the event loop', async () => {
  const turns = new EventLoopYielder();
  const log: string[] = [];
  let loops = 0;
  const work = async (name: string) => {
    for (let i = 0; i < 3; i++) {
      await turns.yield();
      log.push(`${name}${loops}`);
    }
  };
  let done = false;
  const count = () => {
    loops++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all([work('a'), work('b')]);
  done = true;
  const letters = log.map((entry) => entry[0]).join('');
  expect(letters).toBe('ababab');
  expect(new Set(log.map((entry) => entry.slice(1))).size).toBe(6);
});

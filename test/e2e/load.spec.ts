import { describe, expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../support/http.js';
import { Child } from '../load/child.mjs';
import { brokenPage, KINDS, scrape } from '../load/scrape.mjs';

const SERIES = 100_000;
const SCRAPERS = 50;

/** Bytes that may be left beyond what there was before: the chunks that are kept, and what compilers and caches take. */
const GROWTH = 40 * 1024 * 1024;

/** A process that ends with the test. */
async function child<T>(file: string, ...args: unknown[]) {
  const process = new Child(file, args, ['--expose-gc']);
  onTestFinished(() => process.stop());
  return { process, told: (await process.ready) as T };
}

describe.each(['express', 'fastify'])('an app on %s', (adapter) => {
  test('an app gives 50 scrapers whole pages of 100,000 series, and keeps nothing', async () => {
    const { process: app, told } = await child<{ port: number }>(
      './app.mjs',
      adapter,
      SERIES,
    );
    const { port } = told;
    const { process: traffic } = await child('./traffic.mjs');
    const used = async () => {
      const { heapUsed, external } = await app.ask('memory');
      return heapUsed + external;
    };
    /** All scrapers, each reading its page to the end. */
    const scrapeAll = async (kind: (typeof KINDS)[number]) => {
      const answers = await Promise.all(
        Array.from({ length: SCRAPERS }, () => scrape(port, kind, false)),
      );
      for (const { status, problem } of answers) {
        expect({ status, problem }).toEqual({ status: 200 });
      }
      return answers;
    };
    await scrape(port, KINDS[0]!, false);
    const before = await used();
    const served = traffic.ask('run', { port, seconds: 4, perSecond: 100 });
    for (const kind of [KINDS[0]!, KINDS[2]!]) {
      for (const { text } of await scrapeAll(kind)) {
        const page = await text();
        expect(brokenPage(page, kind.accept)).toBeUndefined();
        expect(countOf(page, '\nload_total{')).toBe(SERIES);
      }
    }
    expect(await served).toMatchObject({ count: 400, errors: 0 });
    await waitFor(
      async () => (await app.ask('requests')) === 0,
      'the scrapes to be over',
    );
    expect((await used()) - before).toBeLessThan(GROWTH);
  });
});

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    count++;
  }
  return count;
}

import { type Instant, instant, secondsSince } from '../model/clock.js';
import { Content } from './content.js';
import { ChunkPool, PageWriter } from './page-writer.js';
import type { Turns } from './turns.js';
import { pause } from '../model/deadline.js';

/**
 * Pages that are there at once, being rendered or sent. A page stays while somebody
 * still receives it, and slow scrapers must not fill the memory with pages.
 */
const MAX_PAGES = 4;

/** Seconds for which a page is given to others too, while no further one can be rendered. */
const MAX_AGE = 10;

/**
 * How many times as long as a page took there is a rest after it, in seconds at
 * most. Only while two earlier pages are still being sent: who scrape without end
 * take a hundredth of the app's time, and one or two who come now and then need not wait.
 */
const REST = { times: 100, atMost: 1 };

/** Writes a page: gives what `out.end()` gives, or chunks made elsewhere. */
export type WritePage = (out: PageWriter) => Promise<readonly Buffer[]>;

/** A page that is waiting, being rendered or being sent, and how many want it. */
interface SharedPage {
  readonly writer: PageWriter;
  readonly content: Promise<Content>;
  /** When it was complete. */
  since: Instant | undefined;
  users: number;
}

/** Pages for many scrapers: who asks while a page is being rendered gets that one. */
export class SharedPages {
  private readonly pool = new ChunkPool();
  /** By key. */
  private readonly newest = new Map<string, SharedPage>();
  private places = MAX_PAGES;
  /** Those who wait for a place, in order. */
  private readonly waiting: (() => void)[] = [];
  /** The last page that was complete, and for how many seconds there is a rest after it. */
  private last = { since: instant(), rest: 0 };
  /** Resolves when all who came before have had their rest. */
  private rested: Promise<void> = Promise.resolve();

  constructor(private readonly turns: Turns) {}

  /**
   * Renders a page, unless that is being done already, and lends it: the chunks
   * are written anew once `use` has ended. While there are as many pages as may
   * be, the newest of the same key is lent once more, or a place waited for.
   *
   * @param key the same for all who may share a page.
   */
  async lend<T>(
    key: string,
    write: WritePage,
    use: (content: Content) => T | Promise<T>,
  ): Promise<T> {
    const newest = this.newest.get(key);
    const page =
      newest !== undefined && this.canShare(newest)
        ? newest
        : this.begin(key, write);
    page.users++;
    try {
      return await use(await page.content);
    } finally {
      if (--page.users === 0) this.end(key, page);
    }
  }

  private canShare({ since }: SharedPage): boolean {
    if (since === undefined) return true;
    return this.places === 0 && secondsSince(since) < MAX_AGE;
  }

  private begin(key: string, write: WritePage): SharedPage {
    const writer = new PageWriter(this.pool);
    const render = async () => {
      await this.place();
      await (this.rested = this.rested.then(() => this.rest()));
      const start = instant();
      const chunks = await write(writer);
      page.since = instant();
      const rest = Math.min(secondsSince(start) * REST.times, REST.atMost);
      this.last = { since: page.since, rest };
      return new Content(chunks, this.turns);
    };
    const page: SharedPage = {
      writer,
      content: Promise.resolve().then(render),
      since: undefined,
      users: 0,
    };
    this.newest.set(key, page);
    return page;
  }

  private end(key: string, page: SharedPage): void {
    page.writer.release();
    if (this.newest.get(key) === page) this.newest.delete(key);
    const next = this.waiting.shift();
    if (next === undefined) this.places++;
    else next();
  }

  private async place(): Promise<void> {
    if (this.places > 0) this.places--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private async rest(): Promise<void> {
    const { since, rest } = this.last;
    const left = rest - secondsSince(since);
    if (left > 0 && this.places < MAX_PAGES - 2) await pause(left * 1_000);
  }
}

import { type Instant, instant, secondsSince } from '../core/clock.js';
import { Semaphore } from '../core/semaphore.js';
import { Content } from './content.js';
import { ChunkPool, PageWriter } from './page-writer.js';
import { AdjustableDelay } from '../core/adjustable-delay.js';
import type { EventLoopYielder } from '../core/event-loop-yielder.js';

/**
 * Pages that are there at once, being rendered or sent. A page stays while somebody
 * still receives it, and slow scrapers must not fill the memory with pages.
 */
const MAX_PAGES = 4;

/** Seconds for which a page is given to others too, while no further one can be rendered. */
const MAX_AGE = 10;

/**
 * How many times as long as a page took there is a rest after it, in seconds at
 * most. Only while two earlier pages are still being sent: scrapers without pause
 * take a hundredth of the app's time, and one or two that come now and then need not wait.
 */
const REST = { times: 100, atMost: 1 };

/** The share of a scraper's patience that a rest takes at most, so that its page is there in time. */
const REST_SHARE = 0.5;

/** Writes a page: gives what `out.end()` gives, or chunks made elsewhere. */
export type WritePage = (out: PageWriter) => Promise<readonly Buffer[]>;

/** A page that is waiting, being rendered or being sent, and how many want it. */
interface SharedPage {
  readonly writer: PageWriter;
  /** The rest before it. */
  readonly rest: AdjustableDelay;
  readonly content: Promise<Content>;
  /** When it was complete. */
  since: Instant | undefined;
  users: number;
}

/** Pages for many scrapers: requests for a page that is being rendered share it. */
export class CoalescingRenderer {
  private readonly pool = new ChunkPool();
  /** By key. */
  private readonly newest = new Map<string, SharedPage>();
  private readonly places = new Semaphore(MAX_PAGES);
  /** The last page that was complete: when, how long it took, and for how many seconds there is a rest after it. */
  private last = { since: instant(), took: 0, rest: 0 };

  constructor(private readonly yielder: EventLoopYielder) {}

  /**
   * Renders a page, unless that is being done already, and lends it: its
   * chunks are reused once `use` has ended. While there are as many pages as may
   * be, the newest of the same key is lent once more, or a place waited for.
   *
   * @param key the same for all who may share a page.
   * @param patience milliseconds in which the page is needed: a rest before it ends early enough.
   */
  async lend<T>(
    key: string,
    write: WritePage,
    use: (content: Content) => T | Promise<T>,
    patience = Infinity,
  ): Promise<T> {
    const newest = this.newest.get(key);
    const page =
      newest !== undefined && this.canShare(newest)
        ? newest
        : this.begin(key, write);
    page.users++;
    page.rest.endIn(this.longestRest(patience));
    try {
      return await use(await page.content);
    } finally {
      if (--page.users === 0) this.end(key, page);
    }
  }

  private canShare({ since }: SharedPage): boolean {
    if (since === undefined) return true;
    return this.places.available === 0 && secondsSince(since) < MAX_AGE;
  }

  private begin(key: string, write: WritePage): SharedPage {
    const writer = new PageWriter(this.pool);
    const rest = new AdjustableDelay();
    const render = async () => {
      await this.places.acquire();
      rest.endIn(this.restLeft());
      await rest.over;
      const start = instant();
      const chunks = await write(writer);
      const took = secondsSince(start);
      page.since = instant();
      this.last = {
        since: page.since,
        took,
        rest: Math.min(took * REST.times, REST.atMost),
      };
      return new Content(chunks, this.yielder);
    };
    const page: SharedPage = {
      writer,
      rest,
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
    this.places.release();
  }

  /** Milliseconds until a page may be rendered. */
  private restLeft(): number {
    if (this.places.available >= MAX_PAGES - 2) return 0;
    const { since, rest } = this.last;
    return (rest - secondsSince(since)) * 1_000;
  }

  /** Milliseconds that a rest may take: the page takes as long as the last one, perhaps twice as long. */
  private longestRest(patience: number): number {
    const rendering = this.last.took * 1_000;
    return Math.min(patience * REST_SHARE, patience - 2 * rendering);
  }
}

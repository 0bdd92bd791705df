import { type Instant, instant, secondsSince } from '../core/clock.js';
import type { EventLoopYielder } from '../core/event-loop-yielder.js';
import { Semaphore } from '../core/semaphore.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { Content } from './content.js';
import { ChunkPool, PageWriter } from './page-writer.js';

/**
 * Pages that exist at the same time, being rendered or sent. A page is kept while a
 * client still receives it, and slow clients must not fill the memory with pages.
 */
// Why: docs/decisions/pages.md, "At most four pages are in memory".
const MAX_PAGES = 4;

/** Seconds for which a complete page is shared, while no further one can be rendered. */
const MAX_AGE = 10;

/**
 * After a page there is a pause: so many times as long as the page took, in seconds
 * at most. It applies only while two earlier pages are still being sent: scrapers that
 * never pause take a hundredth of the app's time, and one or two scrapers do not wait.
 */
const PAUSE = { factor: 100, maxSeconds: 1 };

/** The share of the time left to a request that a pause takes at most. */
const PAUSE_SHARE = 0.5;

/** Writes a page: returns what `out.end()` returns, or chunks made elsewhere. */
export type WritePage = (out: PageWriter) => Promise<readonly Buffer[]>;

/** A rendered page. Its chunks are reused once all its users have released it. */
export interface AcquiredPage {
  readonly content: Content;
  /** Gives the page back, once, in a `finally`. */
  release(): void;
}

/** A page that is waiting, being rendered or being sent, with the number of its users. */
interface SharedPage {
  readonly writer: PageWriter;
  /** The pause before the page is rendered. */
  readonly pause: AdjustableDelay;
  readonly content: Promise<Content>;
  /** Whether its rendering has begun. */
  isBegun: boolean;
  /** When the page was complete; `undefined` until then. */
  completedAt: Instant | undefined;
  users: number;
}

/** Renders pages for many scrapers: requests for a page that is being rendered share it. */
export class CoalescingRenderer {
  private readonly pool = new ChunkPool();
  /** The newest page by key. */
  private readonly newest = new Map<string, SharedPage>();
  private readonly places = new Semaphore(MAX_PAGES);
  /** The last rendered page: when it was complete, how many seconds it took, and the longest pause after it in seconds. */
  private last = { completedAt: instant(), took: 0, pause: 0 };

  /** @param sharesRunning whether a page that is being rendered is as new as a request that comes now needs. */
  constructor(
    private readonly yielder: EventLoopYielder,
    private readonly sharesRunning: () => boolean = () => true,
  ) {}

  /**
   * Renders a page, or shares one that is being rendered. While {@link MAX_PAGES} pages
   * exist, a complete page of the same key is shared too; without one, the request waits
   * for its place.
   *
   * @param key the same for all requests that may share a page.
   * @param timeLeft milliseconds until the page is needed; a pause ends early enough for that.
   */
  async acquire(
    key: string,
    write: WritePage,
    timeLeft = Infinity,
  ): Promise<AcquiredPage> {
    const newest = this.newest.get(key);
    const page =
      newest !== undefined && this.canShare(newest)
        ? newest
        : this.begin(key, write);
    page.users++;
    page.pause.endIn(this.maxPause(timeLeft));
    const release = () => this.release(key, page);
    try {
      return { content: await page.content, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  private release(key: string, page: SharedPage): void {
    if (--page.users > 0) return;
    page.writer.release();
    if (this.newest.get(key) === page) this.newest.delete(key);
    this.places.release();
  }

  private canShare({ isBegun, completedAt }: SharedPage): boolean {
    // Why: docs/decisions/processes.md, "A page of several processes is not joined once it is begun".
    if (completedAt === undefined) return !isBegun || this.sharesRunning();
    return this.places.available === 0 && secondsSince(completedAt) < MAX_AGE;
  }

  private begin(key: string, write: WritePage): SharedPage {
    const writer = new PageWriter(this.pool);
    const pause = new AdjustableDelay();
    const render = async () => {
      await this.places.acquire();
      pause.endIn(this.pauseLeft());
      await pause.ended;
      const start = instant();
      page.isBegun = true;
      const chunks = await write(writer);
      page.completedAt = instant();
      this.noteCompleted(page.completedAt, secondsSince(start));
      return new Content(chunks, this.yielder);
    };
    const page: SharedPage = {
      writer,
      pause,
      content: Promise.resolve().then(render),
      isBegun: false,
      completedAt: undefined,
      users: 0,
    };
    this.newest.set(key, page);
    return page;
  }

  private noteCompleted(completedAt: Instant, took: number): void {
    const pause = Math.min(took * PAUSE.factor, PAUSE.maxSeconds);
    this.last = { completedAt, took, pause };
  }

  /** Milliseconds until the next page may be rendered. */
  private pauseLeft(): number {
    if (this.places.available >= MAX_PAGES - 2) return 0;
    const { completedAt, pause } = this.last;
    return (pause - secondsSince(completedAt)) * 1_000;
  }

  /** Milliseconds that a pause may take, if the page takes up to twice as long as the last one. */
  private maxPause(timeLeft: number): number {
    const rendering = this.last.took * 1_000;
    return Math.min(timeLeft * PAUSE_SHARE, timeLeft - 2 * rendering);
  }
}

/** A delay whose end can be brought forward. It has no end until {@link endIn} sets one. */
class AdjustableDelay {
  /** Resolves at the earliest end that was set. */
  readonly ended: Promise<void>;
  private end!: () => void;
  private timer: NodeJS.Timeout | undefined = undefined;
  private readonly start = instant();
  /** Milliseconds from the start. */
  private endsAt = Infinity;

  constructor() {
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  /** Ends the delay in so many milliseconds at the latest. */
  endIn(milliseconds: number): void {
    const endsAt = secondsSince(this.start) * 1_000 + milliseconds;
    if (endsAt >= this.endsAt) return;
    this.endsAt = endsAt;
    clearTimeout(this.timer);
    if (milliseconds > 0) this.timer = setTimeout(this.end, milliseconds);
    else this.end();
  }
}

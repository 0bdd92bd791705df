import { Content } from './content.js';
import { ChunkPool, PageWriter } from './page-writer.js';
import type { Turns } from './turns.js';

/** Writes a page: what `out.end()` gives, or chunks made elsewhere. */
export type WritePage = (out: PageWriter) => Promise<readonly Buffer[]>;

/** A page that is being rendered or sent, and how many want it. */
interface SharedPage {
  readonly writer: PageWriter;
  readonly content: Promise<Content>;
  users: number;
}

/** Pages for many scrapers: who asks while a page is being rendered gets that one. */
export class SharedPages {
  private readonly pool = new ChunkPool();
  /** By key. */
  private readonly rendering = new Map<string, SharedPage>();

  constructor(private readonly turns: Turns) {}

  /**
   * Renders a page, unless that is being done already, and lends it: the chunks
   * are written anew once `use` has ended.
   *
   * @param key the same for all who may share a page.
   */
  async lend<T>(
    key: string,
    write: WritePage,
    use: (content: Content) => T | Promise<T>,
  ): Promise<T> {
    const page = this.rendering.get(key) ?? this.begin(key, write);
    page.users++;
    try {
      return await use(await page.content);
    } finally {
      if (--page.users === 0) page.writer.release();
    }
  }

  private begin(key: string, write: WritePage): SharedPage {
    const writer = new PageWriter(this.pool);
    const content = Promise.resolve()
      .then(() => write(writer))
      .then((chunks) => new Content(chunks, this.turns))
      .finally(() => this.rendering.delete(key));
    const page = { writer, content, users: 0 };
    this.rendering.set(key, page);
    return page;
  }
}

import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Turns } from './turns.js';

/** Level 1 is a third of the work of the default, for pages that are little larger. */
const GZIP = { level: 1, chunkSize: 256 * 1024 };

/** Bytes that are sent, to one client or to many (content: RFC 9110, section 6.4). */
export class Content {
  /** In bytes. */
  readonly length: number;
  private gzip: Promise<Content> | undefined = undefined;

  constructor(
    /** In order. */
    readonly chunks: readonly Buffer[],
    private readonly turns = new Turns(),
  ) {
    this.length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** The same compressed by gzip: once, on the thread pool, for all who ask. */
  compressed(): Promise<Content> {
    return (this.gzip ??= this.compress());
  }

  /** A socket on a fast network takes a whole page at once, which would keep the event loop from all else. */
  async *inTurns(): AsyncGenerator<Buffer> {
    for (const chunk of this.chunks) {
      await this.turns.next();
      yield chunk;
    }
  }

  private async compress(): Promise<Content> {
    const gzip = Readable.from(this.chunks).pipe(createGzip(GZIP));
    return new Content((await gzip.toArray()) as Buffer[], this.turns);
  }
}

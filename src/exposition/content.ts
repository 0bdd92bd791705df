import buffer from 'node:buffer';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { EventLoopYielder } from '../core/event-loop-yielder.js';

/** Level 1 takes a third of the default's time, and pages are little larger. */
const FASTEST = 1;

/** Bytes of a chunk of compressed content at most. */
const GZIP_CHUNK = 256 * 1024;

/** The content of answers (RFC 9110, section 6.4), sent to one client or to many. */
export class Content {
  /** The length in bytes. */
  readonly length: number;
  private gzip: Promise<Content> | undefined = undefined;

  /** @param level that of gzip, up to 9. Default: the fastest one. */
  constructor(
    readonly chunks: readonly Buffer[],
    private readonly yielder = new EventLoopYielder(),
    private readonly level = FASTEST,
  ) {
    this.length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** The same content, compressed with gzip: once for all clients, on the thread pool. */
  // Why: docs/decisions/pages.md, "A page is compressed as a whole".
  compressed(): Promise<Content> {
    return (this.gzip ??= this.compress());
  }

  /** The chunks, with a pause for the event loop before each: a socket on a fast network would take a whole page at once. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (const chunk of this.chunks) {
      await this.yielder.yield();
      yield chunk;
    }
  }

  /**
   * The content as text, yielding to the event loop. A string of 5 MB in V8's heap takes
   * 40 ms to allocate. Node makes long Latin-1 and UTF-16 strings outside of that heap.
   */
  async text(): Promise<string> {
    const bytes = Buffer.allocUnsafeSlow(this.length);
    let at = 0;
    for await (const chunk of this) at += chunk.copy(bytes, at);
    return buffer.isAscii(bytes) ? bytes.toString('latin1') : this.wideText();
  }

  /** No character is split between chunks: each ends with a line. */
  private async wideText(): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this) {
      chunks.push(buffer.transcode(chunk, 'utf8', 'utf16le'));
    }
    return Buffer.concat(chunks).toString('utf16le');
  }

  private async compress(): Promise<Content> {
    const options = { level: this.level, chunkSize: GZIP_CHUNK };
    const gzip = Readable.from(this.chunks).pipe(createGzip(options));
    return new Content((await gzip.toArray()) as Buffer[], this.yielder);
  }
}

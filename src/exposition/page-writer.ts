/** Bytes of a chunk: large enough for few writes to the socket, small enough to be kept. */
const CHUNK_SIZE = 256 * 1024;

const EMPTY = Buffer.alloc(0);
const LINE_FEED = 10;

/** `latin1Write()` is what `write(text, at, 'latin1')` of a Buffer calls after its checks; Node's types lack it. */
interface Latin1Buffer extends Buffer {
  latin1Write(text: string, at: number): number;
}

/** Chunks for reuse, as many as the last page had. */
export class ChunkPool {
  private readonly free: Buffer[] = [];

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_SIZE);
  }

  give(chunks: readonly Buffer[]): void {
    this.free.push(...chunks.slice(this.free.length));
  }
}

/**
 * Writes a page as bytes, without intermediate strings: parts that lines share are
 * copied, and whole numbers are written digit by digit.
 */
export class PageWriter {
  /** Complete chunks, in order. */
  private readonly chunks: Buffer[] = [];
  private readonly pooled: Buffer[] = [];
  private chunk: Buffer = EMPTY;
  private at = 0;

  constructor(private readonly pool: ChunkPool) {}

  /** The index of the next byte in the present chunk. */
  get position(): number {
    return this.at;
  }

  /** Makes room for so many bytes in one chunk. Every method but {@link text} needs room made before. */
  reserve(bytes: number): void {
    if (this.chunk.length - this.at >= bytes) return;
    this.seal();
    if (bytes > CHUNK_SIZE) {
      this.chunk = Buffer.allocUnsafeSlow(bytes);
    } else {
      this.chunk = this.pool.take();
      this.pooled.push(this.chunk);
    }
  }

  /** Writes a text of any length, and makes room for it first. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.at += this.chunk.write(text, this.at, 'utf8');
  }

  /** Writes text with one byte per character: ASCII, or the result of `latin1OfUtf8()`. */
  bytes(text: string): void {
    this.at += (this.chunk as Latin1Buffer).latin1Write(text, this.at);
  }

  /** Writes a few bytes that many lines share: a loop is faster here than a call into native code. */
  constant(bytes: Uint8Array): void {
    const { chunk } = this;
    let { at } = this;
    for (let i = 0; i < bytes.length; i++) chunk[at++] = bytes[i]!;
    this.at = at;
  }

  /** Writes a copy of the bytes from `start` to `end` of this chunk. */
  copy(start: number, end: number): void {
    this.chunk.copyWithin(this.at, start, end);
    this.at += end - start;
  }

  /** Writes the value of a sample, and ends the line. */
  value(value: number): void {
    if (value >= 0 && value <= 0x7fffffff && Math.floor(value) === value) {
      this.digits(value);
    } else {
      this.bytes(numberText(value));
    }
    this.chunk[this.at++] = LINE_FEED;
  }

  /** Appends text, with one byte per character, to the line that was ended last. */
  addToLine(text: string): void {
    this.at--;
    this.bytes(text);
    this.chunk[this.at++] = LINE_FEED;
  }

  /** Completes the page, and returns its chunks. */
  end(): readonly Buffer[] {
    this.seal();
    return this.chunks;
  }

  /** Returns the chunks to the pool. The page must not be used after that. */
  release(): void {
    this.pool.give(this.pooled);
  }

  private digits(value: number): void {
    let end = this.at + 1;
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) end++;
    this.at = end;
    let rest = value | 0;
    do {
      const next = (rest / 10) | 0;
      this.chunk[--end] = 48 + rest - next * 10;
      rest = next;
    } while (rest > 0);
  }

  private seal(): void {
    if (this.at > 0) this.chunks.push(this.chunk.subarray(0, this.at));
    this.chunk = EMPTY;
    this.at = 0;
  }
}

/** A number as Prometheus writes it. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

/** Bytes of a log at first. */
const FIRST_CAPACITY = 32 * 1024;

/**
 * Numbers as bytes, written at the end and dropped from the start. Positions count from the
 * first byte that was ever written, so that they hold when bytes are dropped.
 */
export class ByteLog {
  private bytes = new Uint8Array(FIRST_CAPACITY);
  private view = new DataView(this.bytes.buffer);
  /** The position of the first byte of the array. */
  private origin = 0;
  /** The first position that is kept. */
  start = 0;
  end = 0;

  constructor(private readonly maxCapacity: number) {}

  /** Bytes that the log takes in memory. */
  get capacity(): number {
    return this.bytes.length;
  }

  /** Makes room for so many bytes; `false` if it takes that more is dropped from the start. */
  makeRoom(length: number): boolean {
    if (this.free >= length) return true;
    if (this.start > this.origin) this.compact();
    while (this.free < length && this.bytes.length < this.maxCapacity) {
      this.resize(Math.min(this.bytes.length * 2, this.maxCapacity));
    }
    return this.free >= length;
  }

  /** Writes an integer from 0 to 2^53 - 1, in 7 bits a byte. */
  writeInteger(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.put((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.put(rest);
  }

  writeFloat(value: number): void {
    this.view.setFloat64(this.end - this.origin, value, true);
    this.end += 8;
  }

  /** Drops what is before a position. */
  dropBefore(position: number): void {
    this.start = position;
  }

  readerAt(position: number): LogReader {
    return new LogReader(this.bytes, this.view, position - this.origin);
  }

  /** The `at` of a reader that has come to a position. */
  indexOf(position: number): number {
    return position - this.origin;
  }

  private get free(): number {
    return this.bytes.length - (this.end - this.origin);
  }

  private put(byte: number): void {
    this.bytes[this.end - this.origin] = byte;
    this.end++;
  }

  private compact(): void {
    const from = this.start - this.origin;
    this.bytes.copyWithin(0, from, this.end - this.origin);
    this.origin = this.start;
  }

  private resize(capacity: number): void {
    const bytes = new Uint8Array(capacity);
    bytes.set(this.bytes.subarray(0, this.end - this.origin));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

/** Reads the numbers of a log in the order in which they were written. */
export class LogReader {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly view: DataView,
    /** The index of the next byte. */
    public at: number,
  ) {}

  integer(): number {
    let byte = this.bytes[this.at++]!;
    if (byte < 128) return byte;
    let value = byte - 128;
    for (let weight = 128; ; weight *= 128) {
      byte = this.bytes[this.at++]!;
      if (byte < 128) return value + byte * weight;
      value += (byte - 128) * weight;
    }
  }

  float(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }
}

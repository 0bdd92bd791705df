/** The first size of the buffer, in bytes; usual requests fit into it. */
const SIZE = 64 * 1024;

const WORD = 0x1_0000_0000;

const BILLION = 1_000_000_000;

/** Texts of this length and longer are written by native code. */
const LONG = 64;

/** The wire types that are needed ("Protocol Buffers", "Encoding"). */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;

/**
 * Writes a message of Protocol Buffers from its end to its beginning: each message within it
 * begins with its length, which is known once its content is written. Hence fields are
 * written in descending order, the value before the tag.
 */
export class ProtobufWriter {
  private bytes = Buffer.allocUnsafeSlow(SIZE);
  private view = viewOf(this.bytes);
  /** Where the last byte was written. */
  private at = SIZE;

  /** How many bytes are written. */
  get length(): number {
    return this.bytes.length - this.at;
  }

  /** The message as bytes. They are valid until the next message begins. */
  written(): Buffer {
    return this.bytes.subarray(this.at);
  }

  reset(): void {
    this.at = this.bytes.length;
  }

  /** Makes what was written since the writer had this length a message. */
  message(field: number, length: number): void {
    this.reserve(20);
    this.varint(this.length - length);
    this.tag(field, BYTES);
  }

  string(field: number, text: string): void {
    const { length } = this;
    this.text(text);
    this.message(field, length);
  }

  /** Writes bytes as they are. */
  copy(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.at -= bytes.length;
    this.bytes.set(bytes, this.at);
  }

  /** A whole number from 0 to below 2^31, or a boolean as 0 or 1. */
  integer(field: number, value: number): void {
    this.reserve(20);
    this.varint(value);
    this.tag(field, VARINT);
  }

  /** A safe integer of any sign. */
  signed(field: number, value: number): void {
    this.reserve(20);
    let rest = BigInt.asUintN(64, BigInt(value));
    const groups: number[] = [];
    for (; rest >= 128n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
    groups.push(Number(rest));
    for (const group of groups.reverse()) this.bytes[--this.at] = group;
    this.tag(field, VARINT);
  }

  double(field: number, value: number): void {
    this.reserve(20);
    this.at -= 8;
    this.view.setFloat64(this.at, value, true);
    this.tag(field, FIXED_64);
  }

  /** A whole number of 0 or more. */
  fixed64(field: number, value: number): void {
    this.reserve(20);
    this.words(value >>> 0, Math.floor(value / WORD));
    this.tag(field, FIXED_64);
  }

  /** @param seconds since the Unix epoch; nanoseconds are written. */
  time(field: number, seconds: number): void {
    const whole = Math.floor(seconds);
    // Exact in a number, as its nine lowest bits are 0.
    const base = whole * BILLION;
    const low = (base % WORD) + Math.round((seconds - whole) * BILLION);
    this.reserve(20);
    this.words(low % WORD, Math.floor(base / WORD) + Math.floor(low / WORD));
    this.tag(field, FIXED_64);
  }

  packedFixed64(field: number, values: readonly number[]): void {
    this.reserve(values.length * 8 + 20);
    const { length } = this;
    for (let i = values.length - 1; i >= 0; i--) {
      const value = values[i]!;
      this.words(value >>> 0, Math.floor(value / WORD));
    }
    this.message(field, length);
  }

  packedDoubles(field: number, values: readonly number[]): void {
    this.reserve(values.length * 8 + 20);
    const { length } = this;
    for (let i = values.length - 1; i >= 0; i--) {
      this.at -= 8;
      this.view.setFloat64(this.at, values[i]!, true);
    }
    this.message(field, length);
  }

  /** Most texts are short and ASCII: for those, a loop is faster than a call into native code. */
  private text(text: string): void {
    const { length } = text;
    this.reserve(length * 3);
    if (length < LONG) {
      const { bytes } = this;
      let { at } = this;
      let i = length - 1;
      for (; i >= 0; i--) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        bytes[--at] = code;
      }
      if (i < 0) {
        this.at = at;
        return;
      }
    }
    this.at -= Buffer.byteLength(text, 'utf8');
    this.bytes.write(text, this.at, 'utf8');
  }

  private words(low: number, high: number): void {
    this.at -= 8;
    this.view.setUint32(this.at, low, true);
    this.view.setUint32(this.at + 4, high, true);
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number): void {
    const { bytes } = this;
    let size = 1;
    for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++;
    let at = (this.at -= size);
    let rest = value;
    for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
    bytes[at] = rest;
  }

  private reserve(size: number): void {
    if (this.at >= size) return;
    const { length } = this;
    const grown = Buffer.allocUnsafeSlow(
      Math.max(this.bytes.length * 2, length + size),
    );
    const at = grown.length - length;
    this.bytes.copy(grown, at, this.at);
    this.bytes = grown;
    this.view = viewOf(grown);
    this.at = at;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

import { crc32 } from 'node:zlib';
import { isObject } from '../../core/validate.js';

/** The first bytes of a block. */
const MAGIC = 0x4e414d31;

/** The version of the format. A reader leaves blocks of later versions alone. */
export const FORMAT_VERSION = 1;

/** Bytes before the header: magic, version, checksum, bytes of the header, and how many values there are. */
const PREFIX = 20;

/** A block whose version this copy of the package does not know. */
export class NewerFormatError extends Error {}

/** A block that was cut, changed or never complete. */
export class CorruptBlockError extends Error {}

/** A header of JSON and an array of numbers. */
export interface Block<H> {
  readonly header: H;
  readonly values: Float64Array;
}

/** Memory for one block after the other: new memory for each would cost more than all else of a save. */
export class BlockMemory {
  private bytes = Buffer.alloc(0);

  /** Memory of this size, whose content is that of the last block. */
  readonly take = (size: number): Buffer => {
    if (this.bytes.length < size) {
      this.bytes = Buffer.allocUnsafeSlow(size + Math.ceil(size / 8));
    }
    return this.bytes.subarray(0, size);
  };
}

/**
 * Writes a block: the prefix, the header padded to 8 bytes, the values. The checksum
 * (CRC-32) covers everything after it.
 *
 * @param header an object, or the parts of its JSON.
 * @param values all values, in one array or in several.
 * @param allocate returns the memory of the block. Default: new memory.
 */
export function packBlock(
  header: object | readonly Buffer[],
  values: Float64Array | readonly Float64Array[],
  // All of it is written: to fill it first would take longer than all else.
  allocate: (size: number) => Buffer = (size) => Buffer.allocUnsafeSlow(size),
): Buffer {
  const texts = Array.isArray(header)
    ? (header as readonly Buffer[])
    : [Buffer.from(JSON.stringify(header), 'utf8')];
  const arrays = values instanceof Float64Array ? [values] : values;
  const length = totalOf(texts);
  const start = valuesStart(length);
  const count = totalOf(arrays);
  const bytes = allocate(start + count * 8);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(FORMAT_VERSION, 4);
  bytes.writeUInt32BE(length, 12);
  bytes.writeUInt32BE(count, 16);
  let at = PREFIX;
  for (const text of texts) at += text.copy(bytes, at);
  bytes.fill(32, at, start);
  at = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    at += Buffer.from(buffer, byteOffset, byteLength).copy(bytes, at);
  }
  bytes.writeUInt32BE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

function totalOf(all: readonly { readonly length: number }[]): number {
  return all.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Reads a block, whose values may stay in the memory of `bytes`. The header is checked to be
 * an object, and no more.
 *
 * @throws {NewerFormatError} or {CorruptBlockError}.
 */
export function unpackBlock<H>(bytes: Uint8Array): Block<H> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < PREFIX || view.readUInt32BE(0) !== MAGIC) {
    throw new CorruptBlockError('it does not begin as a block does');
  }
  const version = view.readUInt32BE(4);
  if (version > FORMAT_VERSION) {
    throw new NewerFormatError(
      `it has the format ${version} of a newer version of this package`,
    );
  }
  const length = view.readUInt32BE(12);
  const count = view.readUInt32BE(16);
  const start = valuesStart(length);
  if (view.length !== start + count * 8) {
    throw new CorruptBlockError(`it has ${view.length} bytes`);
  }
  if (crc32(view.subarray(12)) !== view.readUInt32BE(8)) {
    throw new CorruptBlockError('its checksum does not match');
  }
  const header: unknown = JSON.parse(
    view.toString('utf8', PREFIX, PREFIX + length),
  );
  if (!isObject(header)) throw new CorruptBlockError('it has no header');
  return { header: header as H, values: valuesAt(view, start, count) };
}

/** The values in place, or, where they do not begin at a multiple of 8 bytes, a copy. */
function valuesAt(bytes: Buffer, start: number, count: number): Float64Array {
  const offset = bytes.byteOffset + start;
  if (offset % 8 === 0) return new Float64Array(bytes.buffer, offset, count);
  const values = new Float64Array(count);
  Buffer.from(values.buffer).set(bytes.subarray(start));
  return values;
}

function valuesStart(headerLength: number): number {
  return Math.ceil((PREFIX + headerLength) / 8) * 8;
}

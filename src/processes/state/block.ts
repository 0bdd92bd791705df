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

/**
 * Writes a block: the prefix, the header padded to 8 bytes, the values. The checksum
 * (CRC-32) covers everything after it.
 *
 * @param header an object, or its JSON.
 */
export function packBlock(
  header: object | string,
  values: Float64Array,
): Buffer {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = Buffer.from(json, 'utf8');
  const start = valuesStart(text.length);
  // All of it is written: to fill it first would take longer than all else.
  const bytes = Buffer.allocUnsafeSlow(start + values.byteLength);
  bytes.fill(32, PREFIX + text.length, start);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(FORMAT_VERSION, 4);
  bytes.writeUInt32BE(text.length, 12);
  bytes.writeUInt32BE(values.length, 16);
  text.copy(bytes, PREFIX);
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  raw.copy(bytes, start);
  bytes.writeUInt32BE(crc32(bytes.subarray(12)), 8);
  return bytes;
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

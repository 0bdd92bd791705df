/** A field of a message of Protocol Buffers: a number, or the bytes of a text or message. */
export interface ProtobufField {
  readonly field: number;
  readonly value: number | Buffer;
}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/**
 * Reads the fields of a message ("Protocol Buffers", "Encoding"). It is for answers,
 * which are small and have few fields.
 *
 * @throws {RangeError} if it is malformed.
 */
export function readFields(message: Buffer): ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
    throw new RangeError('A number is too long');
  };
  const bytes = (length: number): Buffer => {
    if (length < 0 || at + length > message.length) {
      throw new RangeError('A field is longer than its message');
    }
    return message.subarray(at, (at += length));
  };
  while (at < message.length) {
    const tag = varint();
    const [field, wireType] = [Math.floor(tag / 8), tag % 8];
    if (wireType === VARINT) fields.push({ field, value: varint() });
    else if (wireType === BYTES) fields.push({ field, value: bytes(varint()) });
    else if (wireType === FIXED_64) fields.push({ field, value: bytes(8) });
    else if (wireType === FIXED_32) fields.push({ field, value: bytes(4) });
    else throw new RangeError('A field has an unknown type');
  }
  return fields;
}

/** The last number of a field; 0 if it is missing. */
export function numberField(
  fields: readonly ProtobufField[],
  field: number,
): number {
  const value = fields.findLast((one) => one.field === field)?.value;
  return typeof value === 'number' ? value : 0;
}

/** All texts or messages of a field. */
export function bytesFields(
  fields: readonly ProtobufField[],
  field: number,
): Buffer[] {
  return fields
    .filter((one) => one.field === field)
    .map(({ value }) => value)
    .filter((value) => Buffer.isBuffer(value));
}

/** The last text of a field; empty if it is missing. */
export function textField(
  fields: readonly ProtobufField[],
  field: number,
): string {
  return bytesFields(fields, field).at(-1)?.toString('utf8') ?? '';
}

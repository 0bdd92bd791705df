import type { Origin, Totals } from '../processes/merge/fold.js';
import { CorruptBlockError } from '../processes/state/block.js';
import { sameItems } from '../core/same-items.js';
import {
  packTotals,
  type TotalsHeader,
  unpackTotals,
} from '../processes/state/stored-contents.js';

/** Totals as they are saved, with who has saved them. */
export interface SavedState extends Origin {
  /** When the totals were read, in milliseconds since the start of the machine. */
  readonly at: number;
  readonly totals: Totals;
}

/** @param allocate returns the memory of the result. Default: new memory. */
export function packState(
  { owner, seq, at, totals }: SavedState,
  allocate?: (size: number) => Buffer,
): Buffer {
  return packTotals(totals, { owner, seq, at }, allocate);
}

/** @throws {NewerFormatError} or {CorruptBlockError}. */
export function unpackState(bytes: Uint8Array): SavedState {
  const { header, totals } = unpackTotals<TotalsHeader & Partial<SavedState>>(
    bytes,
  );
  const { owner, seq, at } = header;
  if (typeof owner !== 'string' || typeof seq !== 'number') {
    throw new CorruptBlockError('it does not say who has saved it');
  }
  return { owner, seq, at: Number(at), totals };
}

/** Whether two states have the same totals. */
export function haveSameTotals(one: Totals, other: Totals): boolean {
  return (
    one.layout === other.layout &&
    bytesOf(one.values).equals(bytesOf(other.values)) &&
    haveSameParts(one.parts, other.parts) &&
    JSON.stringify(one.gauges) === JSON.stringify(other.gauges)
  );
}

function haveSameParts(one: Totals['parts'], other: Totals['parts']): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([at, parts]) => sameItems(parts, other.get(at) ?? []));
}

/** Compared as bytes: `NaN` is no change. */
function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

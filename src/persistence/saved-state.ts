import type { Origin, Totals } from '../processes/merge/fold.js';
import { CorruptBlockError } from '../processes/state/block.js';
import { packExact } from '../processes/state/exact-values.js';
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

export function packState({ owner, seq, at, totals }: SavedState): Buffer {
  return packTotals(totals, { owner, seq, at });
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
    bytesOf(packExact(one)).equals(bytesOf(packExact(other))) &&
    JSON.stringify(one.gauges) === JSON.stringify(other.gauges)
  );
}

/** Compared as bytes: `NaN` is no change. */
function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

import type { ByteLog, LogReader } from './byte-log.js';

/** How a change of a series is written. Each form begins with the slot and the form as one integer. */
const FORMS = 8;
const INTEGER = 0;
const FLOAT = 1;
const BUCKETS = 2;
const ABSENT = 3;
const BUCKETS_AND_SUM = 4;

/** Receives the changes of a sample as they are read. */
export interface ChangeVisitor {
  /** An amount that a counter grew by, or the level that a gauge changed to. */
  value(slot: number, value: number): void;
  /** So many observations in one bucket of a histogram. */
  bucket(slot: number, bucket: number, count: number): void;
  /** What the sum of a histogram grew by, if that is an integer. */
  sum(slot: number, amount: number): void;
  /** A gauge is no longer there. */
  absent(slot: number): void;
}

export function writeValue(log: ByteLog, slot: number, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) {
    log.writeInteger(slot * FORMS + INTEGER);
    log.writeInteger(value);
  } else {
    log.writeInteger(slot * FORMS + FLOAT);
    log.writeFloat(value);
  }
}

export function writeAbsent(log: ByteLog, slot: number): void {
  log.writeInteger(slot * FORMS + ABSENT);
}

/**
 * @param counts by bucket; those of 0 take no room.
 * @param sum what the sum grew by. It is kept if it is an integer, as those of numbers of calls are; no view shows others.
 */
export function writeBuckets(
  log: ByteLog,
  slot: number,
  counts: Float64Array,
  buckets: number,
  sum: number,
): void {
  let changed = 0;
  for (let i = 0; i < buckets; i++) if (counts[i]! > 0) changed++;
  const hasSum = Number.isSafeInteger(sum) && sum >= 0;
  log.writeInteger(slot * FORMS + (hasSum ? BUCKETS_AND_SUM : BUCKETS));
  log.writeInteger(changed);
  for (let i = 0; i < buckets; i++) {
    if (counts[i]! <= 0) continue;
    log.writeInteger(i);
    log.writeInteger(counts[i]!);
  }
  if (hasSum) log.writeInteger(sum);
}

/** Bytes of the longest change of a series with so many buckets. */
export function longestChange(buckets: number): number {
  return 16 + buckets * 10;
}

/** Reads the changes up to a position of the log. */
export function readChanges(
  reader: LogReader,
  end: number,
  visitor: ChangeVisitor,
): void {
  while (reader.at < end) {
    const head = reader.integer();
    const slot = Math.floor(head / FORMS);
    const form = head % FORMS;
    if (form === INTEGER) visitor.value(slot, reader.integer());
    else if (form === FLOAT) visitor.value(slot, reader.float());
    else if (form === ABSENT) visitor.absent(slot);
    else readBuckets(reader, slot, visitor, form === BUCKETS_AND_SUM);
  }
}

function readBuckets(
  reader: LogReader,
  slot: number,
  visitor: ChangeVisitor,
  hasSum: boolean,
): void {
  const changed = reader.integer();
  for (let i = 0; i < changed; i++) {
    const bucket = reader.integer();
    visitor.bucket(slot, bucket, reader.integer());
  }
  if (hasSum) visitor.sum(slot, reader.integer());
}

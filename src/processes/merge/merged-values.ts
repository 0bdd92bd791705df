import { ExactSum } from '../../core/exact-sum.js';
import type { MemberMetrics } from './member-metrics.js';
import type { PlannedSeries, Sources } from './merge-plan.js';

/** The largest number up to which sums of whole numbers are exact. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER;

/**
 * The sum of one value of a series over all members.
 *
 * @param at the place of the value after the first one of the series.
 */
export function sumOf(
  members: readonly MemberMetrics[],
  { sources }: PlannedSeries,
  at = 0,
): number {
  let sum = 0;
  for (let i = 0; i < sources.members.length; i++) {
    const { values, isNegative, parts } = members[sources.members[i]!]!;
    const index = sources.offsets[i]! + at;
    const value = values[index]!;
    // The parts of an exact sum are needed only where it is no whole number.
    if (isNegative || !Number.isInteger(value) || parts?.has(index)) {
      return exactSumOf(members, sources, at).value;
    }
    sum += value;
    if (sum > MAX_EXACT) return exactSumOf(members, sources, at).value;
  }
  return sum;
}

/** The sum of the first values of a series, if adding them rounds nothing; else `undefined`. */
export function plainSumOf(
  members: readonly MemberMetrics[],
  sources: Sources,
): number | undefined {
  let sum = 0;
  for (let i = 0; i < sources.members.length; i++) {
    const { values, isNegative, parts } = members[sources.members[i]!]!;
    const offset = sources.offsets[i]!;
    if (isNegative || parts?.has(offset)) return undefined;
    const before = sum;
    const value = values[offset]!;
    sum += value;
    const added = sum - before;
    // The error of the addition (Knuth, The Art of Computer Programming 2, 4.2.2, Theorem B).
    const error = before - (sum - added) + (value - added);
    if (error !== 0) return undefined;
  }
  return sum;
}

/**
 * The sum of one value of a series over all members, not yet rounded.
 *
 * @param sum an empty sum to add to: a new one for each of thousands of series would cost more than the addition.
 */
export function exactSumOf(
  members: readonly MemberMetrics[],
  sources: Sources,
  at = 0,
  sum = new ExactSum(),
): ExactSum {
  for (let i = 0; i < sources.members.length; i++) {
    const { values, parts, isNegative } = members[sources.members[i]!]!;
    const index = sources.offsets[i]! + at;
    const sign = isNegative ? -1 : 1;
    const exact = parts?.get(index);
    if (exact === undefined) sum.add(sign * values[index]!);
    else for (const part of exact) sum.add(sign * part);
  }
  return sum;
}

/**
 * Adds the counts of all members, each bucket to the one that its plan names.
 *
 * @param counts where they are added, from the index `start` on.
 * @param last how many buckets the merged histogram has.
 */
export function addCounts(
  members: readonly MemberMetrics[],
  { sources }: PlannedSeries,
  counts: number[] | Float64Array,
  start = 0,
  last = counts.length,
): void {
  for (let source = 0; source < sources.members.length; source++) {
    const { values, isNegative } = members[sources.members[source]!]!;
    const offset = sources.offsets[source]!;
    const buckets = sources.buckets[source];
    if (buckets === undefined && !isNegative) {
      for (let i = 0; i < last; i++) {
        counts[start + i]! += values[offset + 1 + i]!;
      }
      continue;
    }
    const sign = isNegative ? -1 : 1;
    const width = buckets?.length ?? last;
    for (let i = 0; i < width; i++) {
      const to = buckets === undefined ? i : buckets[i]!;
      counts[start + to]! += sign * values[offset + 1 + i]!;
    }
  }
}

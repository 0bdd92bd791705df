import { ExactSum } from '../../core/exact-sum.js';
import type { MemberMetrics } from './member-metrics.js';
import type { PlannedSeries, Source } from './merge-plan.js';

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
  for (const { member, offset } of sources) {
    const { values, isNegative, parts } = members[member]!;
    const value = values[offset + at]!;
    // The parts of an exact sum are needed only where it is no whole number.
    if (isNegative || !Number.isInteger(value) || parts?.has(offset + at)) {
      return exactSumOf(members, sources, at).value;
    }
    sum += value;
    if (sum > MAX_EXACT) return exactSumOf(members, sources, at).value;
  }
  return sum;
}

/** The same, not yet rounded. */
export function exactSumOf(
  members: readonly MemberMetrics[],
  sources: readonly Source[],
  at = 0,
): ExactSum {
  const sum = new ExactSum();
  for (const { member, offset } of sources) {
    const { values, parts, isNegative } = members[member]!;
    const exact = parts?.get(offset + at) ?? [values[offset + at]!];
    sum.add(...(isNegative ? exact.map((part) => -part) : exact));
  }
  return sum;
}

/** Adds the counts of all members, each bucket to the one that its plan names. */
export function addCounts(
  members: readonly MemberMetrics[],
  { sources }: PlannedSeries,
  counts: number[] | Float64Array,
): void {
  const last = counts.length;
  for (const { member, offset, buckets } of sources) {
    const { values, isNegative } = members[member]!;
    if (buckets === undefined && !isNegative) {
      for (let i = 0; i < last; i++) counts[i]! += values[offset + 1 + i]!;
      continue;
    }
    const sign = isNegative ? -1 : 1;
    const width = buckets?.length ?? last;
    for (let i = 0; i < width; i++) {
      const to = buckets === undefined ? i : buckets[i]!;
      counts[to]! += sign * values[offset + 1 + i]!;
    }
  }
}

import type { NamedPoints } from '../answers.js';
import { Sums } from './measures.js';

/** How many are shown by themselves. */
const SHOWN = 5;

/** The largest ones by themselves, and the sum of the others. */
export function topPoints(
  all: ReadonlyMap<string, Sums>,
  seconds: number,
): NamedPoints[] {
  const sorted = [...all]
    .filter(([, { total }]) => total > 0)
    .sort(([, a], [, b]) => b.total - a.total);
  const shown = sorted.length <= SHOWN + 1 ? sorted : sorted.slice(0, SHOWN);
  const others = sorted.slice(shown.length);
  const points = shown.map(([name, sums]) => ({
    name,
    points: sums.per(seconds),
  }));
  if (others.length === 0) return points;
  const sum = others.map(([, one]) => one).reduce((a, b) => a.plus(b));
  return [
    ...points,
    { name: '', points: sum.per(seconds), others: others.length },
  ];
}

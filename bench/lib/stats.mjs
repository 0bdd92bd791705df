/** @param {number[]} values */
export function sorted(values) {
  return [...values].sort((a, b) => a - b);
}

/** @param {number[]} values */
export function median(values) {
  const ordered = sorted(values);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1
    ? ordered[middle]
    : (ordered[middle - 1] + ordered[middle]) / 2;
}

/** The lower and the upper quartile. @param {number[]} values */
export function quartiles(values) {
  const ordered = sorted(values);
  const at = (share) => ordered[Math.round((ordered.length - 1) * share)];
  return [at(0.25), at(0.75)];
}

/** Round by round, so that what slows a whole round down is on both sides. */
export function ratios(above, below) {
  return above.map((value, round) => value / below[round]);
}

/** Round by round. */
export function differences(a, b) {
  return a.map((value, round) => value - b[round]);
}

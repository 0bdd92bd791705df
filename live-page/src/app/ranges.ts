/** Minutes that the page offers, if the app keeps that much. */
const OFFERED = [5, 15];

/** The time ranges up to the longest one. */
export const rangesUpTo = (longest: number): readonly number[] => [
  ...OFFERED.filter((minutes) => minutes < longest),
  longest,
];

/** The next shorter or longer range, or the same at the ends. */
export const neighbouringRange = (
  ranges: readonly number[],
  minutes: number,
  by: 1 | -1,
): number => ranges[ranges.indexOf(minutes) + by] ?? minutes;

/** How much of a range is sampled before a longer one is shown. */
const FULL = 0.97;

/** The shortest range that has room for the seconds that were sampled. */
export const filledRange = (
  ranges: readonly number[],
  sampled: number,
): number =>
  ranges.find((minutes) => sampled < minutes * 60 * FULL) ?? ranges.at(-1)!;

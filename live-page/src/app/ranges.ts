/** Minutes that the page offers, if the app keeps that much. */
const OFFERED = [5, 15, 30, 60, 240];

/** Minutes that the app shows if it is asked for no range, and if it keeps that much. */
const USUAL = 30;

/** The range that is shown before the reader chooses one. */
export const usualRange = (longest: number): number => Math.min(USUAL, longest);

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

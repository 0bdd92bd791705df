import { useEffect, useState } from 'preact/hooks';
import type { AnswerHead } from '../../../src/live/answers.js';
import { readPreference, savePreference } from './preferences.js';
import { filledRange, neighbouringRange, rangesUpTo } from './ranges.js';

/** Before the first answer. */
const USUAL = 30;

/**
 * The time range, among those that the app offers. Until the reader chooses one, it grows
 * with the history of the app.
 */
export function useMinutes() {
  const [wanted, setWanted] = useState(() => Number(readPreference('range')));
  const [longest, setLongest] = useState<number | null>(null);
  const [filled, setFilled] = useState(0);
  const ranges = rangesUpTo(longest ?? USUAL);
  const chosen =
    [wanted, filled].find((minutes) => ranges.includes(minutes)) ??
    ranges.at(-1)!;
  // The first answer says how long the longest range is.
  const asked = longest === null || chosen === longest ? null : chosen;
  const choose = (minutes: number) => {
    savePreference('range', String(minutes));
    setWanted(minutes);
  };
  const learn = ({ minutes, sampled }: AnswerHead) => {
    const most = asked === null ? minutes : longest!;
    setLongest(most);
    setFilled((known) =>
      Math.max(known, filledRange(rangesUpTo(most), sampled)),
    );
  };
  const step = (by: 1 | -1) => choose(neighbouringRange(ranges, chosen, by));
  return { ranges, chosen, asked, choose, step, learn };
}

/** Passes each new answer on. */
export function useEachAnswer(
  head: AnswerHead | undefined,
  learn: (head: AnswerHead) => void,
) {
  useEffect(() => {
    if (head) learn(head);
  }, [head]);
}

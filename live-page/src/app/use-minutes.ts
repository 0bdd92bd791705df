import { useEffect, useState } from 'preact/hooks';
import type { AnswerHead } from '../../../src/live/answers.js';
import { readPreference, savePreference } from './preferences.js';
import {
  filledRange,
  neighbouringRange,
  rangesUpTo,
  usualRange,
} from './ranges.js';

/**
 * The time range, among those that the app offers. Until the reader chooses one, it grows
 * with the history of the app, up to the usual range.
 */
export function useMinutes() {
  const [wanted, setWanted] = useState(() => Number(readPreference('range')));
  const [longest, setLongest] = useState(Infinity);
  const [filled, setFilled] = useState(0);
  const usual = usualRange(longest);
  const ranges = rangesUpTo(longest === Infinity ? usual : longest);
  const chosen =
    [wanted, filled].find((minutes) => ranges.includes(minutes)) ?? usual;
  // The first answer says how long the longest range is.
  const asked = longest === Infinity || chosen === usual ? null : chosen;
  const choose = (minutes: number) => {
    savePreference('range', String(minutes));
    setWanted(minutes);
  };
  const learn = ({ longest: most, sampled }: AnswerHead) => {
    setLongest(most);
    setFilled((known) =>
      Math.max(known, filledRange(rangesUpTo(usualRange(most)), sampled)),
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

import { createContext } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import type { AnswerHead } from '../../../src/live/answers.js';
import { type Axis, axisOf } from './axis.js';

/** Seconds that the app has been away. */
export const AwayContext = createContext(0);

export interface Axes {
  readonly lines: Axis;
  readonly bars: Axis;
}

/** The time axes of an answer, which go on while the app is away. */
export function useAxes({ lines, bars, now, interval }: AnswerHead): Axes {
  const away = useContext(AwayContext);
  const begun = now - interval;
  return useMemo(
    () => ({
      lines: axisOf(lines, away, begun),
      bars: axisOf(bars, away, begun),
    }),
    [lines, bars, begun, away],
  );
}

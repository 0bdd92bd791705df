import type { AnswerHead } from '../../../src/live/answers.js';
import { clock } from '../format/clock.js';
import { duration } from '../format/durations.js';
import { count, counted, withoutZeros } from '../format/numbers.js';

/** What the numbers are of. */
export function Footer({ head }: { readonly head: AnswerHead }) {
  const { now, interval, processes, leftOut } = head;
  const parts = [
    `Last sample ${clock(now)}`,
    `every ${withoutZeros(duration(interval))}`,
    processes > 1
      ? `of ${count(processes)} processes together`
      : 'of this process',
    ...(leftOut > 0
      ? [
          `${counted(leftOut, 'series', 'series')} not shown: the history has no room for them`,
        ]
      : []),
    'nestjs-agent-metrics',
  ];
  return <footer>{parts.join(' · ')}</footer>;
}

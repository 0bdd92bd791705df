import type { Run } from '../../src/instrumentation/calls/run.js';

/**
 * A run that tells how it ends.
 *
 * @param again makes the run of a further consumption.
 */
export function runThatTells(
  end: (how: string) => void,
  again: () => Run,
): Run {
  return {
    enter: (part) => part(),
    succeed: (result) => end(`ok ${JSON.stringify(result)}`),
    fail: (error) => end(`failed ${(error as Error).message}`),
    cancel: () => end('cancelled'),
    item: () => {},
    pause: () => {},
    resume: () => {},
    postpone: () => {},
    again,
  };
}

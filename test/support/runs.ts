import type { Run } from '../../src/instrumentation/calls/run.js';

/**
 * A run that tells how it ends.
 *
 * @param restart makes the run of a further consumption.
 */
export function runThatTells(
  end: (how: string) => void,
  restart: () => Run,
): Run {
  return {
    runInContext: (part) => part(),
    succeed: (result) => end(`ok ${JSON.stringify(result)}`),
    fail: (error) => end(`failed ${(error as Error).message}`),
    cancel: () => end('cancelled'),
    item: () => {},
    pause: () => {},
    resume: () => {},
    defer: () => {},
    restart,
  };
}

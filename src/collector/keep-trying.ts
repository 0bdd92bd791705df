import { OptionsError } from '../core/errors.js';
import { clearTimeout, setTimeout } from '../core/timers.js';

/** Milliseconds between two attempts. */
const RETRY_DELAY = 5_000;

type Undo = () => Promise<void>;

/**
 * Tries a step of the start until it succeeds; later attempts are made in the background.
 *
 * @param failed receives the error of each attempt but an {@link OptionsError}.
 * @returns undoes the step, or ends the attempts.
 * @throws {OptionsError} if the first attempt does: trying again would not help.
 */
export async function keepTrying(
  step: () => Promise<Undo>,
  failed: (error: unknown) => void,
): Promise<Undo> {
  let undo: Undo | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let attempt = Promise.resolve();
  const tryOnce = async (isFirst: boolean): Promise<void> => {
    try {
      undo = await step();
    } catch (error) {
      if (isFirst && error instanceof OptionsError) throw error;
      failed(error);
      if (isStopped) return;
      timer = setTimeout(() => (attempt = tryOnce(false)), RETRY_DELAY);
      timer.unref();
    }
  };
  await tryOnce(true);
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await attempt;
    await undo?.();
  };
}

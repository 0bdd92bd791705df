import { clearTimeout, setTimeout } from '../core/timers.js';

/**
 * Saves again and again, each time so long after the last save has ended.
 *
 * @returns ends it.
 */
export function startSaving(
  interval: number,
  save: () => Promise<void>,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(() => void save().then(schedule), interval);
    // A process that has nothing else to do must end.
    timer.unref();
  };
  schedule();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

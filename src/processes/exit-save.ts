/** Signals that end a process which does not handle them. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Calls `save` when the process or thread ends in order: by `process.exit()`, by an error that
 * no one catches, by a signal, or because nothing is left to do. An error of `save` is ignored:
 * no one is left to be told.
 *
 * A signal that nothing else handles still ends the process, with the same status.
 *
 * @returns ends it.
 */
export function saveAtExit(save: () => void): () => void {
  let isSaved = false;
  const saveOnce = () => {
    if (isSaved) return;
    isSaved = true;
    try {
      save();
    } catch {
      // The directory may be gone.
    }
  };
  const handlers = SIGNALS.map((signal) => {
    const handle = () => {
      process.removeListener(signal, handle);
      // Another handler decides when the process ends: its `exit` saves.
      if (process.listenerCount(signal) > 0) return;
      saveOnce();
      process.kill(process.pid, signal);
    };
    return { signal, handle };
  });
  process.once('exit', saveOnce);
  for (const { signal, handle } of handlers) process.on(signal, handle);
  return () => {
    process.removeListener('exit', saveOnce);
    for (const { signal, handle } of handlers) {
      process.removeListener(signal, handle);
    }
  };
}

import { joinThreads, type ThreadSaves } from './thread-saves.js';

/** Signals that end a process which does not handle them. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** What the end of this process or thread saves. */
const saves = new Set<() => void>();

/** `undefined` as long as no member of this process saves at its end. */
let threads: ThreadSaves | undefined = undefined;

/**
 * Calls `save` when the process or thread ends in order: by `process.exit()`, by an error that
 * no one catches, by a signal, or because nothing is left to do. An error of `save` is ignored,
 * as it cannot be reported any more. Other threads of the process save with the main thread.
 *
 * A signal that nothing else handles still ends the process, with the same status.
 *
 * @returns ends it.
 */
export function saveAtExit(save: () => void): () => void {
  if (saves.size === 0) listen();
  saves.add(save);
  return () => {
    saves.delete(save);
    if (saves.size === 0) stopListening();
  };
}

function listen(): void {
  threads = joinThreads(saveOwn);
  process.on('exit', saveAll);
  for (const signal of SIGNALS) process.on(signal, endBySignal);
}

function stopListening(): void {
  threads?.end();
  threads = undefined;
  process.removeListener('exit', saveAll);
  for (const signal of SIGNALS) process.removeListener(signal, endBySignal);
}

function saveAll(): void {
  const wait = threads?.start();
  saveOwn();
  wait?.();
}

function saveOwn(): void {
  for (const save of saves) {
    try {
      save();
    } catch {
      // The directory may be gone.
    }
  }
  saves.clear();
}

function endBySignal(signal: NodeJS.Signals): void {
  // Another handler decides whether and when the process ends: its exit saves.
  if (process.listenerCount(signal) > 1) return;
  saveAll();
  stopListening();
  process.kill(process.pid, signal);
}

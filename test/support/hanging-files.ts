import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { tempFolder } from './temp.js';

/** Makes a FIFO, which no process writes to. */
export function makeFifo(path: string): string {
  execFileSync('mkfifo', [path]);
  return path;
}

/**
 * Lets regular files hang as on a file system that does not answer: each opening
 * keeps a thread of Node's pool, which waits for a FIFO, until it is released.
 */
export function hangingFiles() {
  const fifo = makeFifo(join(tempFolder(), 'hang'));
  const hanging = new Set<string>();
  const opened: string[] = [];
  let waiting = 0;
  const open = fs.open;
  const spy = vi.spyOn(fs, 'open').mockImplementation(async (path, ...rest) => {
    opened.push(String(path));
    if (hanging.has(String(path))) {
      waiting++;
      await (await open(fifo, 'r')).close();
      waiting--;
    }
    return open(path, ...rest);
  });
  syncBuiltinESMExports();
  /** Lets all that hangs go on, and nothing hang any more. */
  const release = () => {
    hanging.clear();
    // Opened for reading and writing, a FIFO waits for no one else, and lets the readers go on.
    closeSync(openSync(fifo, constants.O_RDWR));
  };
  onTestFinished(() => {
    release();
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  return {
    hang: (file: string) => void hanging.add(file),
    release,
    /** How often a file was opened. */
    opens: (file: string) => opened.filter((path) => path === file).length,
    /** How many threads are kept now. */
    waiting: () => waiting,
  };
}

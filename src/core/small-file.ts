import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { CoalescedTask } from './coalesced-task.js';
import { Semaphore } from './semaphore.js';

/** Far above every token and bundle of certificates: a wrong path must not fill the memory. */
const MAX_BYTES = 1_048_576;

/** Milliseconds that a read may take. A read that takes longer goes on, but nobody waits for it. */
const READ_LIMIT = 5_000;

/**
 * Threads that reads may occupy. Node has four for the whole process, and a file system
 * that hangs keeps one for each read that has begun.
 */
const threads = new Semaphore(2);

/** The reads that have not ended, by path: a file that hangs is not opened a second time. */
const running = new Map<string, CoalescedTask<string>>();

/**
 * Without this flag, opening a FIFO that nobody writes to keeps a thread for as long.
 * It has no effect on regular files, and Windows does not have it.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a regular file of 1 MiB at most as text. There is one read of a file at a time:
 * callers share the one that is running.
 *
 * Rejects if the file cannot be read, or is not read within 5 seconds. From then on it
 * rejects at once, until that read has ended.
 */
export function readSmallFile(file: string): Promise<string> {
  let read = running.get(file);
  if (read === undefined) {
    read = new CoalescedTask('reading it', () => readAlone(file));
    running.set(file, read);
  }
  return read.get(READ_LIMIT);
}

/**
 * Reads a regular file as text before anything else can run.
 *
 * @throws {Error} if the file is something else, or cannot be read.
 */
export function readFileAtStart(file: string): string {
  checkRegular(statSync(file));
  const descriptor = openSync(file, OPEN_FLAGS);
  try {
    checkRegular(fstatSync(descriptor));
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

async function readAlone(file: string): Promise<string> {
  await threads.acquire();
  try {
    return await readNow(file);
  } finally {
    threads.release();
    running.delete(file);
  }
}

async function readNow(file: string): Promise<string> {
  // First, as a socket cannot be opened, and opening some devices has effects.
  checkRegular(await stat(file));
  const handle = await open(file, OPEN_FLAGS);
  try {
    // The path may lead to something else by now.
    const { size } = checkRegular(await handle.stat());
    if (size > MAX_BYTES) throw new Error('it is larger than 1 MiB');
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Everything else may never end, or can be read only once. */
function checkRegular(found: Stats): Stats {
  if (found.isFile()) return found;
  throw new Error(`it is ${kindOf(found)}, and not a regular file`);
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a pipe (FIFO)';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

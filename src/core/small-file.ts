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

const MIB = 1_048_576;

/** Far more than a token or a bundle of certificates needs: a wrong path must not fill the memory. */
const MAX_BYTES = MIB;

/** Milliseconds that callers wait for a read. A read that takes longer goes on without them. */
const READ_LIMIT = 5_000;

/**
 * Threads that reads may occupy. Node has four for the whole process, and a file system
 * that hangs keeps one for each read that has begun.
 */
const threads = new Semaphore(2);

/** The running reads by path: a file that hangs is not opened a second time. */
const running = new Map<string, CoalescedTask<string>>();

/**
 * Without this flag, opening a FIFO without a writer occupies a thread. It has no effect
 * on regular files, and Windows does not have it.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a regular file as text. Callers share a running read of the same file.
 *
 * @param maxBytes the largest size; the same for all callers that read the file. Default: 1 MiB.
 *
 * Rejects if the file cannot be read, or is not read within 5 seconds. From then on it
 * rejects at once, until that read has ended.
 */
export function readSmallFile(
  file: string,
  maxBytes = MAX_BYTES,
): Promise<string> {
  let read = running.get(file);
  if (read === undefined) {
    read = new CoalescedTask('reading it', () => readAlone(file, maxBytes));
    running.set(file, read);
  }
  return read.get(READ_LIMIT);
}

/**
 * Reads a regular file as text, synchronously.
 *
 * @throws {Error} if it is not a regular file, or cannot be read.
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

async function readAlone(file: string, maxBytes: number): Promise<string> {
  await threads.acquire();
  try {
    return await readNow(file, maxBytes);
  } finally {
    threads.release();
    running.delete(file);
  }
}

async function readNow(file: string, maxBytes: number): Promise<string> {
  // Before opening: a socket cannot be opened, and opening some devices has side effects.
  checkRegular(await stat(file));
  const handle = await open(file, OPEN_FLAGS);
  try {
    // The path may point to something else by now.
    const { size } = checkRegular(await handle.stat());
    if (size > maxBytes) {
      throw new Error(`it is larger than ${maxBytes / MIB} MiB`);
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Rejects what is not a regular file: reading it may never end, or be possible only once. */
function checkRegular(found: Stats): Stats {
  if (found.isFile()) return found;
  throw new Error(`it is ${fileKind(found)}, and not a regular file`);
}

function fileKind(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a pipe (FIFO)';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

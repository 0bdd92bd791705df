import {
  close,
  fstat,
  link,
  mkdir,
  open,
  read,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, unlessCode } from '../../core/error-code.js';
import type { GroupFiles } from './group-files.js';

// The callback functions take half the time of those of `node:fs/promises`.
const fs = {
  close: promisify(close),
  fstat: promisify(fstat),
  link: promisify(link),
  mkdir: promisify(mkdir),
  open: promisify(open),
  read: promisify(read),
  readdir: promisify(readdir),
  rename: promisify(rename),
  rm: promisify(rm),
  stat: promisify(stat),
  writeFile: promisify(writeFile),
};

/** Attempts to remove a folder in which another process makes a file meanwhile. */
const MAX_REMOVALS = 10;

/** The files of a group in a directory of this host. Other errors than those of {@link GroupFiles} reject. */
export class NodeFiles implements GroupFiles {
  constructor(readonly directory: string) {}

  read(
    path: string,
    allocate: (size: number) => Buffer = newMemory,
  ): Promise<Uint8Array | undefined> {
    return unlessCode(readInto(this.at(path), allocate), GONE, undefined);
  }

  write(path: string, bytes: Uint8Array): Promise<boolean> {
    const written = fs.writeFile(this.at(path), bytes, { mode: 0o600 });
    return unlessCode(written.then(isDone), GONE, false);
  }

  rename(from: string, to: string): Promise<boolean> {
    const renamed = fs.rename(this.at(from), this.at(to));
    return unlessCode(renamed.then(isDone), [...GONE, ...PRESENT], false);
  }

  link(from: string, to: string): Promise<boolean> {
    const linked = fs.link(this.at(from), this.at(to));
    return unlessCode(linked.then(isDone), [...GONE, ...PRESENT], false);
  }

  list(path: string): Promise<readonly string[]> {
    return unlessCode(fs.readdir(this.at(path)), GONE, []);
  }

  exists(path: string): Promise<boolean> {
    return unlessCode(fs.stat(this.at(path)).then(isDone), GONE, false);
  }

  async makeFolder(path: string): Promise<void> {
    await fs.mkdir(this.at(path), { recursive: true, mode: 0o700 });
  }

  async remove(path: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await fs.rm(this.at(path), { recursive: true, force: true });
      } catch (error) {
        // Another process has made a file in the folder meanwhile.
        if (tries === MAX_REMOVALS || codeOf(error) !== 'ENOTEMPTY')
          throw error;
      }
    }
  }

  private at(path: string): string {
    return join(this.directory, path);
  }
}

/** Bytes that most files of a group have at most, so that one read is enough. */
const USUAL_SIZE = 16_384;

function newMemory(size: number): Buffer {
  return Buffer.allocUnsafe(Math.max(size, USUAL_SIZE));
}

async function readInto(
  path: string,
  allocate: (size: number) => Buffer,
): Promise<Uint8Array> {
  const descriptor = await fs.open(path, 'r');
  try {
    let bytes = allocate(1);
    let length = 0;
    for (;;) {
      const free = bytes.length - length;
      const read = await fs.read(descriptor, bytes, length, free, null);
      length += read.bytesRead;
      // A read that leaves memory free has come to the end of the file.
      if (length < bytes.length) return bytes.subarray(0, length);
      const { size } = await fs.fstat(descriptor);
      const begun = bytes;
      bytes = allocate(Math.max(size, length) + 1);
      begun.copy(bytes, 0, 0, length);
    }
  } finally {
    await fs.close(descriptor);
  }
}

const GONE = ['ENOENT', 'ENOTDIR'];
const PRESENT = ['EEXIST', 'ENOTEMPTY'];

const isDone = () => true;

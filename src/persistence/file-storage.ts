import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { unlessCode } from '../core/error-code.js';
import type { Storage } from './storage.js';

/** Milliseconds after which a temporary file belongs to a process that has ended. */
const MAX_AGE = 60_000;

/** What tells a file from another one that has replaced it. */
type Version = string | undefined;

/**
 * A state in a file. It is written under a temporary name, brought to the disk, and renamed:
 * the file has the old bytes or the new ones, also after a power cut.
 */
export class FileStorage implements Storage {
  readonly name: string;
  private readonly path: string;
  private readonly draft: string;
  /** As it was loaded or saved last. */
  private version: Version = undefined;

  constructor(file: string) {
    this.path = resolve(file);
    this.draft = this.newDraft();
    this.name = `the file "${this.path}"`;
  }

  async load(): Promise<Uint8Array | undefined> {
    await this.removeOldDrafts();
    this.version = await orIfMissing(stat(this.path).then(versionOf));
    return orIfMissing(readFile(this.path));
  }

  async save(bytes: Uint8Array): Promise<void> {
    try {
      await this.write(bytes);
    } catch (error) {
      await rm(this.draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  async mayHaveChanged(): Promise<boolean> {
    const version = await orIfMissing(stat(this.path).then(versionOf));
    return version !== this.version;
  }

  async setAside(): Promise<string> {
    const time = new Date().toISOString().replace(/[:.]/g, '-');
    const path = `${this.path}.corrupt-${time}`;
    await rename(this.path, path);
    return `the file "${path}"`;
  }

  saveNow(bytes: Uint8Array): void {
    // A save that is under way may still open and empty its own draft.
    const draft = this.newDraft();
    const found = statSync(this.path, { throwIfNoEntry: false });
    if ((found && versionOf(found)) !== this.version) return;
    try {
      const file = openSync(draft, 'w', 0o600);
      try {
        writeAll(file, bytes);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, this.path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  private newDraft(): string {
    return `${this.path}.${randomBytes(6).toString('hex')}.tmp`;
  }

  private async write(bytes: Uint8Array): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.draft, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
      this.version = versionOf(await file.stat());
    } finally {
      await file.close();
    }
    await rename(this.draft, this.path);
    await this.syncFolder();
  }

  /** The new name is on the disk with its folder. */
  private async syncFolder(): Promise<void> {
    // Windows opens no folders.
    if (process.platform === 'win32') return;
    const folder = await open(dirname(this.path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Removes what processes left that were killed while they saved. */
  private async removeOldDrafts(): Promise<void> {
    const folder = dirname(this.path);
    const names = await readdir(folder).catch(() => []);
    const begin = `${basename(this.path)}.`;
    const drafts = names
      .filter((name) => name.startsWith(begin) && name.endsWith('.tmp'))
      .map((name) => join(folder, name));
    for (const draft of drafts) {
      const found = await stat(draft).catch(() => undefined);
      if (found === undefined || Date.now() - found.mtimeMs < MAX_AGE) continue;
      await rm(draft, { force: true }).catch(() => {});
    }
  }
}

/** Without the time of the last change: a rename sets it. */
function versionOf(found: {
  ino: number;
  size: number;
  mtimeMs: number;
}): Version {
  return `${found.ino} ${found.size} ${found.mtimeMs}`;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/** The result of an operation; `undefined` if the file does not exist. */
function orIfMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  return unlessCode(operation, ['ENOENT'], undefined);
}

import {
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';

/**
 * Writes files into a folder, which is made if it does not exist: all of them, or none.
 *
 * @param files their texts by name.
 * @param isForced whether files that exist are replaced.
 * @returns the paths of the files.
 * @throws if the folder cannot be written to, or if a file exists already.
 */
export function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  isForced: boolean,
): string[] {
  checkFolder(folder);
  const targets = [...files.keys()].map((name) => join(folder, name));
  checkTargets(targets, isForced);
  const made = trying(folder, () => mkdirSync(folder, { recursive: true }));
  try {
    return trying(folder, () => writeAll(folder, files));
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

function checkFolder(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new Error(`--out is "${folder}", which is a file; give a folder`);
  }
}

function checkTargets(targets: readonly string[], isForced: boolean): void {
  const present = targets.filter((target) => existsSync(target));
  const folders = present.filter((target) => statSync(target).isDirectory());
  if (folders.length > 0) {
    throw new Error(
      `${listed(folders)} ${folders.length === 1 ? 'is a folder' : 'are folders'}; nothing was written. Give --out another folder`,
    );
  }
  if (present.length > 0 && !isForced) {
    throw new Error(
      `${listed(present)} ${present.length === 1 ? 'exists' : 'exist'} already; nothing was written. Add --force to replace what is there, or give --out another folder`,
    );
  }
}

/** Texts go to temporary names first: a file has its name once it is complete. */
function writeAll(
  folder: string,
  files: ReadonlyMap<string, string>,
): string[] {
  const moves = [...files].map(([name, text]) => ({
    text,
    temporary: join(folder, `.${name}.${process.pid}.tmp`),
    target: join(folder, name),
  }));
  try {
    for (const { temporary, text } of moves) writeFileSync(temporary, text);
    for (const { temporary, target } of moves) renameSync(temporary, target);
  } finally {
    for (const { temporary } of moves) rmSync(temporary, { force: true });
  }
  return moves.map(({ target }) => target);
}

function trying<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(
      `--out is "${folder}", which cannot be written to (${messageOf(error)}); nothing was written. Give a folder that this user may write to`,
      { cause: error },
    );
  }
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(', ');
}

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
 * Writes files into a folder, which is made if it does not exist. Nothing is written if a check fails, or if there is no room for all of them.
 *
 * @param files their texts by name.
 * @param isForced whether files that exist are replaced.
 * @returns the paths of the files.
 * @throws if the folder cannot be written to, or if a file exists already. The message says what was written.
 */
export function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  isForced: boolean,
): string[] {
  checkFolder(folder);
  const targets = [...files.keys()].map((name) => join(folder, name));
  checkTargets(targets, isForced);
  const written: string[] = [];
  let made: string | undefined;
  try {
    made = mkdirSync(folder, { recursive: true });
    writeAll(folder, files, written);
    return written;
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    const left = made === undefined ? written : [];
    throw new Error(problemOf(folder, left, error), { cause: error });
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
      `${listed(folders)} ${oneOrMany(folders, 'is a folder', 'are folders')}; nothing was written. Give --out another folder`,
    );
  }
  if (present.length > 0 && !isForced) {
    throw new Error(
      `${listed(present)} ${oneOrMany(present, 'exists', 'exist')} already; nothing was written. Add --force to replace what is there, or give --out another folder`,
    );
  }
}

/**
 * Texts go to temporary names first: a file has its name once it is complete.
 *
 * @param written receives the path of each file that has its name.
 */
function writeAll(
  folder: string,
  files: ReadonlyMap<string, string>,
  written: string[],
): void {
  const moves = [...files].map(([name, text]) => ({
    text,
    temporary: join(folder, `.${name}.${process.pid}.tmp`),
    target: join(folder, name),
  }));
  try {
    for (const { temporary, text } of moves) writeFileSync(temporary, text);
    for (const { temporary, target } of moves) {
      renameSync(temporary, target);
      written.push(target);
    }
  } finally {
    for (const { temporary } of moves) rmSync(temporary, { force: true });
  }
}

function problemOf(
  folder: string,
  written: readonly string[],
  error: unknown,
): string {
  const problem = `--out is "${folder}", which cannot be written to (${messageOf(error)})`;
  const [what, advice] =
    written.length === 0
      ? ['nothing was', 'Give a folder that this user may write to']
      : [
          `only ${listed(written)} ${oneOrMany(written, 'was', 'were')}`,
          'Remove the obstacle and add --force to write all files',
        ];
  return `${problem}; ${what} written. ${advice}`;
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(', ');
}

function oneOrMany(
  { length }: readonly string[],
  one: string,
  many: string,
): string {
  return length === 1 ? one : many;
}

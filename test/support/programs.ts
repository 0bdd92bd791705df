import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of PostgreSQL that Debian does not have on the PATH. */
function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions.map((version) => join(root, version, 'bin'));
}

/**
 * The path of a program; `undefined` if it is not installed. Under CI a missing one is a failure.
 *
 * @param names what packages call the program.
 */
export function programPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names
    .flatMap((name) =>
      [...folders, ...postgresFolders()].map((folder) => join(folder, name)),
    )
    .find((path) => existsSync(path));
  if (found === undefined && process.env.CI === 'true') {
    throw new Error(`${names[0]} is not installed`);
  }
  return found;
}

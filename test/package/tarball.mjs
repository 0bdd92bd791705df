/** The package as its users get it: the tarball that npm would publish, and what must hold for it. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './report.mjs';
import { compareFiles } from './tarball-files.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

/** Packs a checkout into a directory, and returns the path of the tarball. */
export async function pack(directory, root = ROOT) {
  await run(root, 'npm', 'pack', '--pack-destination', directory);
  const name = (await readdir(directory)).find((file) => file.endsWith('.tgz'));
  assert(name, 'npm pack made no tarball.');
  return join(directory, name);
}

/** The paths in a tarball, as they are below the package's folder. */
export async function filesOf(tarball) {
  const listing = await run(ROOT, 'tar', '-tzf', tarball);
  return listing
    .split('\n')
    .filter((path) => !path.endsWith('/'))
    .map((path) => path.replace(/^package\//, ''));
}

/** A file in a tarball, as text. */
export const read = (tarball, file) =>
  run(ROOT, 'tar', '-xzOf', tarball, `package/${file}`);

/** Rejects if a tarball has not all that users need, or has more than that. */
export async function checkFiles(tarball, root = ROOT) {
  const found = compareFiles(await filesOf(tarball), root);
  assert.deepEqual(found, { missing: [], unexpected: [] });
}

/** Rejects if publint finds anything; suggestions do not change its exit code. */
export async function checkWithPublint(tarball) {
  const output = await run(ROOT, bin('publint'), 'run', tarball, '--strict');
  assert.match(output, /All good!/);
}

/** Rejects if the declarations do not fit the modules for each way to import them. */
export async function checkTypes(tarball) {
  await run(ROOT, bin('attw'), tarball);
}

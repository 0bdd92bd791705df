import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Replaces modules, e.g. the clock of the package or `node:fs`, or measures the heap. */
const NEEDS_OWN_MODULES =
  /\b(vi\.(mock|doMock|resetModules)|syncBuiltinESMExports|hangingFiles|usedHeap|heapKeptBy)\(/;

/**
 * Finds the specs in a folder that cannot share modules and heap with others.
 *
 * @param folder from the root of the project, e.g. `test/nest`.
 */
export function isolatedIn(folder: string): string[] {
  return readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.spec.ts'))
    .map((path) => `${folder}/${path}`)
    .filter((path) =>
      NEEDS_OWN_MODULES.test(readFileSync(`${ROOT}/${path}`, 'utf8')),
    );
}

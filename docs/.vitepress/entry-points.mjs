import { readFileSync } from 'node:fs';

const MANIFEST = new URL('../../package.json', import.meta.url);

const { name: PACKAGE, exports } = JSON.parse(readFileSync(MANIFEST, 'utf8'));

/**
 * What users import, by its source in `src` without `.ts`. Entry points below `testing` have no
 * names: they add matchers to a test framework.
 */
export const ENTRY_POINTS = new Map(
  Object.entries(exports)
    .filter(([path]) => !/^\.\/(package\.json|testing\/)/.test(path))
    .map(([path, target]) => [
      target.import.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1'),
      PACKAGE + path.slice(1),
    ]),
);

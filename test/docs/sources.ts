import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { ENTRY_POINTS } from '../../docs/.vitepress/entry-points.mjs';

export const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** What users import: the package and its subpaths. */
export const ENTRIES = [...ENTRY_POINTS.keys()].map((source) =>
  join(SRC, `${source}.ts`),
);

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  types: [],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  experimentalDecorators: true,
};

/** The sources behind all entry points. Other packages are left out: no text of ours is in them, and reading them takes long. */
export function readSources(): ts.Program {
  const host = ts.createCompilerHost(options, true);
  host.resolveModuleNameLiterals = (literals, importer) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith('.')
        ? {
            resolvedFileName: resolve(
              dirname(importer),
              text.replace(/\.js$/, '.ts'),
            ),
            extension: ts.Extension.Ts,
          }
        : undefined,
    }));
  return ts.createProgram(ENTRIES, options, host);
}

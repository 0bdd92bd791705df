import type { ImportDeclaration } from '@babel/types';
import { PACKAGE } from '../../core/package.js';
import { type CodeStyle, inStyle, lineEndAt } from './code-style.js';
import type { SourceFile } from './source-file.js';
import type { Insertion } from './text-edit.js';

const METRICS_MODULE = { source: PACKAGE, name: 'MetricsModule' };

/** The name of the module where the app has a class of the same name. */
const OTHER_NAME = 'AgentMetricsModule';

/** The name that a file has for MetricsModule, and what adds its import if it has none. */
export interface ModuleImport {
  readonly name: string;
  readonly insertions: readonly Insertion[];
}

/** The name that a file has for the MetricsModule of this package. */
export function metricsModuleIn(file: SourceFile): string | undefined {
  return file.localNameOf(METRICS_MODULE);
}

/** Imports MetricsModule, if the file does not yet. */
export function importMetricsModule(
  file: SourceFile,
  style: CodeStyle,
): ModuleImport {
  const present = metricsModuleIn(file);
  if (present !== undefined) return { name: present, insertions: [] };
  const taken = isTaken(file, METRICS_MODULE.name);
  const name = taken ? OTHER_NAME : METRICS_MODULE.name;
  const specifier = taken ? `MetricsModule as ${OTHER_NAME}` : name;
  return { name, insertions: [insertionOf(file, specifier, style)] };
}

/** Whether a file has a class or an import of a name. */
function isTaken(file: SourceFile, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(file.text);
}

function insertionOf(
  file: SourceFile,
  specifier: string,
  style: CodeStyle,
): Insertion {
  const last = file
    .valueImportsOf(PACKAGE)
    .flatMap(({ specifiers }) => specifiers)
    .findLast(({ type }) => type === 'ImportSpecifier');
  if (last !== undefined) return { at: last.end!, text: `, ${specifier}` };
  const code = `import { ${specifier} } from '${PACKAGE}';`;
  return statement(file, inStyle(code, style), style);
}

/** A line among the imports of packages, which are sorted in many apps. */
function statement(
  file: SourceFile,
  code: string,
  { lineEnd }: CodeStyle,
): Insertion {
  const packages = file.imports.filter(isOfPackage);
  const before = packages.findLast(({ source }) => source.value < PACKAGE);
  if (before === undefined) {
    const at = (packages[0] ?? file.body[0]!).start!;
    return { at, text: code + lineEnd };
  }
  return { at: lineEndAt(file, before.end!), text: lineEnd + code };
}

function isOfPackage({ source }: ImportDeclaration): boolean {
  return !source.value.startsWith('.');
}

import type { DirEntry, Tree } from '@angular-devkit/schematics';
import { parse } from '@babel/parser';
import type {
  Comment,
  File,
  ImportDeclaration,
  ImportSpecifier,
  Node,
  Program,
  Statement,
} from '@babel/types';
import { posix } from 'node:path';
import { getOrInsert } from '../../core/get-or-insert.js';
import { NestAddError } from './nest-add-error.js';

/** Extensions of TypeScript files, by those that an import of them has. */
const EXTENSIONS = /\.(?:([cm]?)[jt]s)?$/;

/** Names of source files that are part of the app. */
const SOURCE = /(?<!\.(?:spec|test|e2e-spec|d))\.[cm]?ts$/;

/** What a local name of a file is imported from. */
export interface ImportedName {
  readonly source: string;
  /** The name in that file; `default` for a default import. */
  readonly name: string;
}

/** A TypeScript file of the app, as text and as syntax tree. */
export class SourceFile {
  readonly program: Program;
  /** The text with spaces in place of comments. */
  readonly code: string;

  constructor(
    readonly path: string,
    readonly text: string,
  ) {
    const { program, comments } = parseFile(path, text);
    this.program = program;
    this.code = withoutComments(text, comments ?? []);
  }

  get body(): readonly Statement[] {
    return this.program.body;
  }

  get imports(): readonly ImportDeclaration[] {
    return this.body.filter((node) => node.type === 'ImportDeclaration');
  }

  /** What a local name is imported from; `undefined` if it is declared here. */
  importOf(localName: string): ImportedName | undefined {
    for (const { source, specifiers } of this.imports) {
      const found = specifiers.find(({ local }) => local.name === localName);
      if (found !== undefined) {
        return { source: source.value, name: importedName(found) };
      }
    }
    return undefined;
  }

  /** The local name of an import, with the name of a namespace import before it; `undefined` without one. */
  localNameOf({ source, name }: ImportedName): string | undefined {
    for (const { specifiers } of this.valueImportsOf(source)) {
      for (const specifier of specifiers) {
        const imported = importedName(specifier);
        if (imported === name) return specifier.local.name;
        if (imported === '*') return `${specifier.local.name}.${name}`;
      }
    }
    return undefined;
  }

  /** The imports of a module that are more than types. */
  valueImportsOf(source: string): readonly ImportDeclaration[] {
    return this.imports.filter(
      (node) => node.source.value === source && node.importKind !== 'type',
    );
  }

  codeOf({ start, end }: Node): string {
    return this.text.slice(start!, end!);
  }
}

/** The source files of the app, by their paths in the tree. */
export class SourceFiles {
  private readonly read = new Map<string, SourceFile>();
  private readonly notSearched = new Set<string>();

  /** @param skipped - is called once for each file that is not searched, with the reason */
  constructor(
    private readonly tree: Tree,
    private readonly skipped: (reason: string) => void,
  ) {}

  /** @throws {NestAddError} if the file is not there or is no TypeScript. */
  get(path: string): SourceFile {
    const make = () => new SourceFile(path, this.textOf(path));
    return getOrInsert(this.read, path, make);
  }

  exists(path: string): boolean {
    return isInside(path) && this.tree.exists(path);
  }

  /** The first file in a folder, tests apart, whose text has a part and that passes a check. Files that cannot be read are skipped. */
  find(
    folder: string,
    part: string,
    check: (file: SourceFile) => boolean,
  ): SourceFile | undefined {
    if (!isInside(folder)) return undefined;
    for (const path of sourcesIn(this.tree.getDir(folder))) {
      const file = this.readable(path, part);
      if (file !== undefined && check(file)) return file;
    }
    return undefined;
  }

  /** A file whose text has a part; `undefined` for others, and for those that cannot be read. */
  private readable(path: string, part: string): SourceFile | undefined {
    try {
      return this.textOf(path).includes(part) ? this.get(path) : undefined;
    } catch (error) {
      if (!(error instanceof NestAddError)) throw error;
      if (!this.notSearched.has(path)) this.skipped(error.message);
      this.notSearched.add(path);
      return undefined;
    }
  }

  private textOf(path: string): string {
    try {
      return this.tree.readText(path);
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }

  /** The file that an import leads to: a relative one, or one from the folder of the workspace (`src/app.module`). */
  resolve(from: SourceFile, specifier: string): SourceFile | undefined {
    const folder = specifier.startsWith('.') ? posix.dirname(from.path) : '';
    const base = posix.join(folder, specifier);
    const [, kind = ''] = EXTENSIONS.exec(base) ?? [];
    const stem = base.replace(EXTENSIONS, '');
    const path = [`${stem}.${kind}ts`, `${base}.ts`, `${base}/index.ts`].find(
      (candidate) => this.exists(candidate),
    );
    return path === undefined ? undefined : this.get(path);
  }
}

/** Whether a path is inside the workspace: the tree refuses others. */
function isInside(path: string): boolean {
  return !/^\.\.(\/|$)/.test(posix.normalize(path));
}

function* sourcesIn(folder: DirEntry): Generator<string> {
  for (const name of folder.subfiles) {
    if (SOURCE.test(name)) yield `${folder.path}/${name}`.replace(/^\/+/, '');
  }
  for (const name of folder.subdirs) {
    if (name !== 'node_modules') yield* sourcesIn(folder.dir(name));
  }
}

/** A node and all that are in it, in the order of the text. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const member of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(member) ? member : [member]) {
      if (isNode(child)) yield* nodesOf(child);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof (value as Node | null)?.type === 'string';
}

function importedName(
  specifier: ImportDeclaration['specifiers'][number],
): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return nameOf(specifier.imported);
}

/** The name in an import or an export, which may be written as a string. */
export function nameOf(node: ImportSpecifier['imported']): string {
  return node.type === 'Identifier' ? node.name : node.value;
}

function parseFile(path: string, text: string): File {
  try {
    return parse(text, {
      sourceType: 'module',
      plugins: ['typescript', 'decorators-legacy', 'decoratorAutoAccessors'],
      createParenthesizedExpressions: true,
      attachComment: false,
    });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function withoutComments(text: string, comments: readonly Comment[]): string {
  let code = '';
  for (const { start, end } of comments) {
    code += text.slice(code.length, start) + ' '.repeat(end! - start!);
  }
  return code + text.slice(code.length);
}

function unreadable(path: string, cause: unknown): NestAddError {
  const { message } = cause as Error;
  return new NestAddError(`${path} cannot be read: ${message}`, { cause });
}

import type {
  CallExpression,
  ClassDeclaration,
  Node,
  Statement,
} from '@babel/types';
import { NestAddError } from './nest-add-error.js';
import {
  nameOf,
  nodesOf,
  type SourceFile,
  type SourceFiles,
} from './source-file.js';

const FACTORY = { source: '@nestjs/core', name: 'NestFactory' };
const MODULE = { source: '@nestjs/common', name: 'Module' };
/** Methods that create an app; those before others decide, as a script may come with the app. */
const CREATES = [
  ['create'],
  ['createMicroservice'],
  ['createApplicationContext'],
];

/** A class with `@Module()`, and the call in its decorator. */
export interface RootModule {
  readonly file: SourceFile;
  readonly decorator: CallExpression;
}

interface FoundClass {
  readonly file: SourceFile;
  readonly node: ClassDeclaration;
}

/** Finds the module that an entry file, or a file that it imports, creates the app from. */
export function findRootModule(files: SourceFiles, entry: string): RootModule {
  const created = findCreated(files, files.get(entry));
  if (created === undefined) {
    throw new NestAddError(
      `${entry} has no NestFactory.create() with the class of a module.`,
    );
  }
  const { file, name } = created;
  const found = new ClassFinder(files).local(file, name);
  if (found === undefined) {
    throw new NestAddError(
      `${file.path} creates the app from ${name}, and the file of this class cannot be found.`,
    );
  }
  return moduleOf(found, name);
}

/** Finds the module in a file that the user names. */
export function findModuleIn(files: SourceFiles, path: string): RootModule {
  if (!files.exists(path)) throw new NestAddError(`${path} does not exist.`);
  const file = files.get(path);
  const modules = file.body
    .map(classOf)
    .flatMap((node) => (node === undefined ? [] : [decoratorOf(file, node)]))
    .filter((decorator) => decorator !== undefined);
  const [decorator] = modules;
  if (decorator === undefined || modules.length > 1) {
    throw new NestAddError(
      `${path} has ${modules.length} classes with @Module(), and must have one.`,
    );
  }
  return { file, decorator };
}

function moduleOf({ file, node }: FoundClass, name: string): RootModule {
  const decorator = decoratorOf(file, node);
  if (decorator !== undefined) return { file, decorator };
  throw new NestAddError(`${name} in ${file.path} has no @Module().`);
}

/** The name of the root module, in the file that creates the app. */
function findCreated(files: SourceFiles, entry: SourceFile) {
  for (const file of withImported(files, entry)) {
    const name = createdName(file);
    if (name !== undefined) return { file, name };
  }
  return undefined;
}

/** A file, and then those of the app that it imports. */
function* withImported(
  files: SourceFiles,
  file: SourceFile,
): Generator<SourceFile> {
  yield file;
  for (const { source } of file.imports) {
    if (!source.value.startsWith('.')) continue;
    const imported = files.resolve(file, source.value);
    if (imported !== undefined) yield imported;
  }
}

/** The module that a file creates an app from, or else a context or a microservice. */
function createdName(file: SourceFile): string | undefined {
  const factory = file.localNameOf(FACTORY);
  if (factory === undefined) return undefined;
  const calls = [...nodesOf(file.program)].filter(
    (node) => node.type === 'CallExpression',
  );
  for (const methods of CREATES) {
    const modules = calls
      .filter(({ callee }) => isMember(file, callee, factory, methods))
      .map((call) => firstName(call.arguments[0]))
      .filter((name) => name !== undefined);
    const names = [...new Set(modules)];
    if (names.length > 1) {
      throw new NestAddError(
        `${file.path} creates apps from ${names.join(' and ')}.`,
      );
    }
    if (names.length === 1) return names[0];
  }
  return undefined;
}

function isMember(
  file: SourceFile,
  node: Node,
  object: string,
  names: readonly string[],
): boolean {
  return (
    node.type === 'MemberExpression' &&
    file.codeOf(node.object) === object &&
    names.includes(file.codeOf(node.property))
  );
}

/** The class in `AppModule`, `AppModule.register()` or `await AppModule.register()`. */
function firstName(node: Node | undefined): string | undefined {
  switch (node?.type) {
    case 'Identifier':
      return node.name;
    case 'AwaitExpression':
      return firstName(node.argument);
    case 'ParenthesizedExpression':
      return firstName(node.expression);
    case 'CallExpression':
      return firstName(node.callee);
    case 'MemberExpression':
      return firstName(node.object);
    default:
      return undefined;
  }
}

function decoratorOf(
  file: SourceFile,
  { decorators }: ClassDeclaration,
): CallExpression | undefined {
  const name = file.localNameOf(MODULE);
  return decorators
    ?.map(({ expression }) => expression)
    .filter((expression) => expression.type === 'CallExpression')
    .find(({ callee }) => file.codeOf(callee) === name);
}

function classOf(statement: Statement): ClassDeclaration | undefined {
  const declaration =
    statement.type === 'ExportNamedDeclaration' ||
    statement.type === 'ExportDefaultDeclaration'
      ? statement.declaration
      : statement;
  return declaration?.type === 'ClassDeclaration' ? declaration : undefined;
}

/** Follows names through imports and exports to the class that they mean. */
class ClassFinder {
  private readonly visited = new Set<string>();

  constructor(private readonly files: SourceFiles) {}

  /** The class that a local name of a file means. */
  local(file: SourceFile, name: string): FoundClass | undefined {
    for (const statement of file.body) {
      const node = classOf(statement);
      if (node?.id?.name === name) return { file, node };
    }
    const imported = file.importOf(name);
    return imported && this.from(file, imported.source, imported.name);
  }

  private from(file: SourceFile, source: string, name: string) {
    const target = this.files.resolve(file, source);
    const visit = `${target?.path} ${name}`;
    if (target === undefined || this.visited.has(visit)) return undefined;
    this.visited.add(visit);
    return this.exported(target, name);
  }

  /** The class that a file exports by a name. */
  private exported(file: SourceFile, name: string): FoundClass | undefined {
    for (const statement of file.body) {
      const found = this.exportedBy(file, statement, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private exportedBy(file: SourceFile, statement: Statement, name: string) {
    switch (statement.type) {
      case 'ExportAllDeclaration':
        return this.from(file, statement.source.value, name);
      case 'ExportDefaultDeclaration':
        return name === 'default' ? this.byDefault(file, statement) : undefined;
      case 'ExportNamedDeclaration':
        return this.named(file, statement, name);
      default:
        return undefined;
    }
  }

  private byDefault(
    file: SourceFile,
    statement: Extract<Statement, { type: 'ExportDefaultDeclaration' }>,
  ): FoundClass | undefined {
    const node = classOf(statement);
    if (node !== undefined) return { file, node };
    const name = firstName(statement.declaration);
    return name === undefined ? undefined : this.local(file, name);
  }

  private named(
    file: SourceFile,
    statement: Extract<Statement, { type: 'ExportNamedDeclaration' }>,
    name: string,
  ): FoundClass | undefined {
    const node = classOf(statement);
    if (node?.id?.name === name) return { file, node };
    for (const specifier of statement.specifiers) {
      if (specifier.type !== 'ExportSpecifier') continue;
      if (nameOf(specifier.exported) !== name) continue;
      const { name: local } = specifier.local;
      return statement.source
        ? this.from(file, statement.source.value, local)
        : this.local(file, local);
    }
    return undefined;
  }
}

import type { ClassDeclaration, Decorator, Node } from '@babel/types';
import { nodesOf, type SourceFile } from './source-file.js';

const ALL_METHODS = ['Get', 'All'];

/** Whether a controller in a file answers GET requests for a path, as far as the file itself shows it. */
export function hasRoute(file: SourceFile, path: string): boolean {
  return [...nodesOf(file.program)]
    .filter((node) => node.type === 'ClassDeclaration')
    .some((node) => routesOf(file, node).includes(path));
}

function routesOf(file: SourceFile, node: ClassDeclaration): string[] {
  const prefixes = pathsOf(file, node.decorators, ['Controller']);
  const paths = node.body.body.flatMap((member) =>
    member.type === 'ClassMethod'
      ? pathsOf(file, member.decorators, ALL_METHODS)
      : [],
  );
  return prefixes
    .flatMap((prefix) =>
      paths.map((path) => `/${prefix}/${path}`.replace(/\/+/g, '/')),
    )
    .map((path) => path.replace(/(?<=.)\/$/, ''));
}

/** The paths of decorators of these names: `@Get()`, `@Get('path')`, `@Controller({ path: 'path' })`. */
function pathsOf(
  file: SourceFile,
  decorators: Decorator[] | null | undefined,
  names: readonly string[],
): string[] {
  return (decorators ?? [])
    .map(({ expression }) => expression)
    .filter((expression) => expression.type === 'CallExpression')
    .filter(({ callee }) => names.includes(file.codeOf(callee)))
    .flatMap(({ arguments: [argument] }) => pathIn(argument));
}

function pathIn(argument: Node | undefined): string[] {
  switch (argument?.type) {
    case undefined:
      return [''];
    case 'StringLiteral':
      return [argument.value];
    case 'ObjectExpression':
      return argument.properties
        .filter((property) => property.type === 'ObjectProperty')
        .filter(({ key }) => key.type === 'Identifier' && key.name === 'path')
        .flatMap(({ value }) => pathIn(value));
    default:
      return [];
  }
}

import type { ClassDeclaration, Decorator, Node } from '@babel/types';
import type { Paths } from '../../http/resources.js';
import { nodesOf, type SourceFile } from './source-file.js';

/** The decorators of handlers. The routes of the package refuse neighbours of any method. */
const HANDLERS = [
  'All',
  'Delete',
  'Get',
  'Head',
  'Options',
  'Patch',
  'Post',
  'Put',
  'Search',
  'Sse',
];

/** Whether a controller in a file has a route at one of these paths, as far as the file itself shows it. Neither case nor a last slash counts, as in most apps. */
export function hasRouteAt(file: SourceFile, paths: Paths): boolean {
  const taken: unknown[] = Object.values(paths);
  return [...nodesOf(file.program)]
    .filter((node) => node.type === 'ClassDeclaration')
    .flatMap((node) => routesOf(file, node))
    .some((route) => taken.includes(route));
}

function routesOf(file: SourceFile, node: ClassDeclaration): string[] {
  const prefixes = pathsOf(file, node.decorators, ['Controller']);
  const paths = node.body.body.flatMap((member) =>
    member.type === 'ClassMethod'
      ? pathsOf(file, member.decorators, HANDLERS)
      : [],
  );
  return prefixes
    .flatMap((prefix) =>
      paths.map((path) => `/${prefix}/${path}`.replace(/\/+/g, '/')),
    )
    .map((path) => path.replace(/(?<=.)\/$/, '').toLowerCase());
}

/** The paths of decorators of these names: `@Get()`, `@Get(['a', 'b'])`, `@Controller({ path: 'path' })`. */
function pathsOf(
  file: SourceFile,
  decorators: Decorator[] | null | undefined,
  names: readonly string[],
): string[] {
  return (decorators ?? [])
    .map(({ expression }) => expression)
    .filter((expression) => expression.type === 'CallExpression')
    .filter(({ callee }) => names.includes(file.codeOf(callee)))
    .flatMap(({ arguments: [argument] }) =>
      argument === undefined ? [''] : pathsIn(argument),
    );
}

function pathsIn(node: Node | null): string[] {
  switch (node?.type) {
    case 'StringLiteral':
      return [node.value];
    case 'TemplateLiteral':
      return node.expressions.length > 0
        ? []
        : [node.quasis[0]!.value.cooked ?? ''];
    case 'ArrayExpression':
      return node.elements.flatMap(pathsIn);
    case 'ObjectExpression':
      return pathsOfObject(node.properties);
    default:
      return [];
  }
}

/** The paths in the options of a controller, which has the path `''` without any. */
function pathsOfObject(properties: readonly Node[]): string[] {
  const path = properties
    .filter((property) => property.type === 'ObjectProperty')
    .find(({ key }) => key.type === 'Identifier' && key.name === 'path');
  return path === undefined ? [''] : pathsIn(path.value);
}

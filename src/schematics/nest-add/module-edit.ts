import type {
  ArrayExpression,
  Expression,
  Node,
  ObjectExpression,
  ObjectProperty,
} from '@babel/types';
import {
  type CodeStyle,
  indentAt,
  inStyle,
  lineEndAt,
  styleOf,
} from './code-style.js';
import { importMetricsModule } from './module-import.js';
import { NestAddError } from './nest-add-error.js';
import type { RootModule } from './root-module.js';
import type { SourceFile } from './source-file.js';
import { insert, type Insertion } from './text-edit.js';

/** Where the list of imports is: an array, another expression, or nowhere yet. */
type Place =
  | { readonly array: ArrayExpression }
  | { readonly property: ObjectProperty }
  | { readonly missingIn: ObjectExpression };

/**
 * The text of the root module's file with MetricsModule among its imports.
 *
 * @param call - the code that imports the module, by the name that the file has for it
 */
export function addToImports(
  { file, decorator }: RootModule,
  call: (moduleName: string) => string,
): string {
  const style = styleOf(file);
  const { name, insertions } = importMetricsModule(file, style);
  const code = inStyle(call(name), style);
  const place = placeOf(file, decorator.arguments[0]);
  const edits = editsOf(file, place, code, style);
  return insert(file.text, [...insertions, ...edits]);
}

function placeOf(file: SourceFile, metadata: Node | undefined): Place {
  const object = valueOf(file, metadata, 'ObjectExpression');
  if (object === undefined) {
    throw new NestAddError(
      `The metadata of @Module() in ${file.path}, or what it spreads, is no object of this file.`,
    );
  }
  return placeIn(file, object);
}

/** The last property wins, as it does when the object is made. */
function placeIn(file: SourceFile, object: ObjectExpression): Place {
  for (const property of object.properties.toReversed()) {
    if (property.type === 'SpreadElement') {
      const place = placeOf(file, property.argument);
      if (!('missingIn' in place)) return place;
    } else if (keyOf(property.key) === 'imports') {
      return placeAt(file, property);
    }
  }
  return { missingIn: object };
}

function placeAt(
  file: SourceFile,
  property: Exclude<ObjectExpression['properties'][number], { argument: Node }>,
): Place {
  if (property.type === 'ObjectMethod') {
    throw new NestAddError(`imports in ${file.path} is no list.`);
  }
  const array = valueOf(file, property.value, 'ArrayExpression');
  return array === undefined ? { property } : { array };
}

function keyOf(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'StringLiteral' ? key.value : undefined;
}

/** The object or the array that an expression is, or that a constant of the file has. */
function valueOf<T extends 'ArrayExpression' | 'ObjectExpression'>(
  file: SourceFile,
  node: Node | null | undefined,
  type: T,
): Extract<Expression, { type: T }> | undefined {
  switch (node?.type) {
    case type:
      return node as Extract<Expression, { type: T }>;
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return valueOf(file, node.expression, type);
    case 'Identifier':
      return valueOf(file, constantOf(file, node.name), type);
    default:
      return undefined;
  }
}

function constantOf(file: SourceFile, name: string) {
  return file.body
    .map((node) =>
      node.type === 'ExportNamedDeclaration' ? node.declaration : node,
    )
    .flatMap((node) =>
      node?.type === 'VariableDeclaration' && node.kind === 'const'
        ? node.declarations
        : [],
    )
    .find(({ id }) => id.type === 'Identifier' && id.name === name)?.init;
}

function editsOf(
  file: SourceFile,
  place: Place,
  code: string,
  style: CodeStyle,
): Insertion[] {
  if ('array' in place) return appendTo(file, place.array, code, style);
  if ('property' in place) return spread(place.property, code);
  return [addProperty(file, place.missingIn, `imports: [${code}]`, style)];
}

function appendTo(
  file: SourceFile,
  array: ArrayExpression,
  code: string,
  style: CodeStyle,
): Insertion[] {
  const end = array.end! - 1;
  const last = array.elements.findLast((element) => element !== null);
  if (!last) return [{ at: end, text: code }];
  const before = file.text.slice(array.start! + 1, last.start!);
  if (!before.includes('\n')) return [{ at: last.end!, text: `, ${code}` }];
  const comma = trailingComma(file, last.end!, end);
  const at = Math.min(lineEndAt(file, comma ?? last.end!), end);
  const line = `${style.lineEnd}${indentAt(file.text, last.start!)}${code}`;
  return comma === undefined
    ? [
        { at: last.end!, text: ',' },
        { at, text: line },
      ]
    : [{ at, text: `${line},` }];
}

/** Where the comma after the last element is. */
function trailingComma(file: SourceFile, from: number, to: number) {
  const index = file.code.slice(from, to).indexOf(',');
  return index === -1 ? undefined : from + index;
}

/** Keeps an expression that is no array of the file: `imports: [...expression, MetricsModule.forRoot()]`. */
function spread(
  { key, value, shorthand, end }: ObjectProperty,
  code: string,
): Insertion[] {
  if (shorthand) {
    return [{ at: end!, text: `: [...${keyOf(key)}, ${code}]` }];
  }
  return [
    { at: value.start!, text: '[...' },
    { at: value.end!, text: `, ${code}]` },
  ];
}

function addProperty(
  { text }: SourceFile,
  { start, properties: [first] }: ObjectExpression,
  code: string,
  { indent, lineEnd }: CodeStyle,
): Insertion {
  const at = start! + 1;
  const outer = indentAt(text, at);
  if (first === undefined) {
    const line = `${lineEnd}${outer}${indent}${code},${lineEnd}${outer}`;
    return { at, text: line };
  }
  if (!text.slice(at, first.start!).includes('\n')) {
    return { at: first.start!, text: `${code}, ` };
  }
  return { at, text: `${lineEnd}${indentAt(text, first.start!)}${code},` };
}

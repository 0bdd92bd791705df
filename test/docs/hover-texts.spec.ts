import { relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ENTRIES, readSources, SRC } from './sources.js';

/** Tags that the project uses. Any other one is text that an editor cuts at its `@`. */
const TAGS = new Set(['example', 'internal', 'param', 'returns', 'throws']);

const program = readSources();
const checker = program.getTypeChecker();
const sources = program
  .getSourceFiles()
  .filter(({ fileName }) => fileName.startsWith(SRC));

interface Item {
  readonly path: string;
  readonly symbol: ts.Symbol;
}

const isOurs = ({ declarations = [] }: ts.Symbol) =>
  declarations.some((one) => one.getSourceFile().fileName.startsWith(SRC));

function isPrivateName(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration);
  return name !== undefined && ts.isPrivateIdentifier(name);
}

const isHidden = ({ declarations = [] }: ts.Symbol) =>
  declarations.every(
    (one) =>
      (ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Private) !== 0 ||
      isPrivateName(one) ||
      ts.getJSDocTags(one).some(({ tagName }) => tagName.text === 'internal'),
  );

/** All that users can name, and all that they can write or read in it. */
function publicItems(): Item[] {
  const items: Item[] = [];
  const seen = new Set<ts.Symbol>();
  const visit = (path: string, symbol: ts.Symbol) => {
    if (seen.has(symbol) || !isOurs(symbol) || isHidden(symbol)) return;
    seen.add(symbol);
    items.push({ path, symbol });
    for (const member of membersOf(symbol)) {
      visit(`${path}.${member.name}`, member);
    }
  };
  for (const entry of ENTRIES) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
    for (const exported of checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      visit(
        exported.name,
        isAlias ? checker.getAliasedSymbol(exported) : exported,
      );
    }
  }
  return items;
}

/** Members of a class, an interface or a type, static ones too, and those of objects that a property takes. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const { flags } = symbol;
  if (flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) {
    const statics = [...(symbol.exports?.values() ?? [])].filter(
      ({ name }) => name !== 'prototype',
    );
    const declared = checker.getDeclaredTypeOfSymbol(symbol);
    return [...statics, ...declared.getProperties()];
  }
  if (flags & ts.SymbolFlags.TypeAlias) {
    return propertiesOf(checker.getDeclaredTypeOfSymbol(symbol));
  }
  if (flags & ts.SymbolFlags.Enum) return [...(symbol.exports?.values() ?? [])];
  if (flags & (ts.SymbolFlags.Property | ts.SymbolFlags.Variable)) {
    return propertiesOf(checker.getTypeOfSymbol(symbol));
  }
  return [];
}

function propertiesOf(type: ts.Type): ts.Symbol[] {
  if (type.isUnionOrIntersection()) return type.types.flatMap(propertiesOf);
  return type.getProperties().filter(isOurs);
}

/** Whether an editor has a text for it: for each overload, if it has several. */
function hasText(symbol: ts.Symbol): boolean {
  const overloads = (symbol.declarations ?? []).filter(
    (one) => ts.isMethodDeclaration(one) && one.body === undefined,
  );
  const documented =
    overloads.length > 1
      ? overloads.map((one) =>
          checker.getSignatureFromDeclaration(one as ts.MethodDeclaration),
        )
      : [symbol];
  return documented.every(
    (one) =>
      ts.displayPartsToString(one?.getDocumentationComment(checker)).trim() !==
      '',
  );
}

function eachComment(visit: (comment: ts.JSDoc, place: string) => void): void {
  for (const source of sources) {
    const walk = (node: ts.Node): void => {
      for (const comment of ts.getJSDocCommentsAndTags(node)) {
        if (!ts.isJSDoc(comment) || comment.parent !== node) continue;
        const { line } = source.getLineAndCharacterOfPosition(comment.pos);
        visit(comment, `${relative(SRC, source.fileName)}:${line + 1}`);
      }
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
}

/** Whether a text ends as a sentence does. */
const endsAsSentence = (text: string) => /[.?!]$/.test(text);

describe('the text that an editor shows', () => {
  it('editors show a text for each import, and for each option and member of it', () => {
    const items = publicItems();
    expect(items.length).toBeGreaterThan(500);
    const without = items.filter(({ symbol }) => !hasText(symbol));
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('the text that an editor shows is whole: no `@` in it begins an unknown tag', () => {
    const cut: string[] = [];
    eachComment((comment, place) => {
      for (const { tagName } of comment.tags ?? []) {
        if (!TAGS.has(tagName.text)) cut.push(`${place} @${tagName.text}`);
      }
    });
    expect(cut).toEqual([]);
  });

  it('the text that an editor shows ends with the end of a sentence', () => {
    const open: string[] = [];
    eachComment((comment, place) => {
      const parts: (ts.JSDoc | ts.JSDocTag)[] = [
        comment,
        ...(comment.tags ?? []).filter(
          ({ tagName }) => tagName.text !== 'example',
        ),
      ];
      for (const { comment: part } of parts) {
        const text = ts.getTextOfJSDocComment(part)?.trim() ?? '';
        if (text !== '' && !endsAsSentence(text)) {
          open.push(`${place} ${text.slice(-50)}`);
        }
      }
    });
    expect(open).toEqual([]);
  });
});

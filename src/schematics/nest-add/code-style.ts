import type { SourceFile } from './source-file.js';

/** How a file is written, as its own code shows. */
export interface CodeStyle {
  readonly quote: string;
  readonly semicolon: string;
  readonly indent: string;
  readonly lineEnd: string;
}

/** The style of a file, by its first import and its first indented line. */
export function styleOf({ imports, text }: SourceFile): CodeStyle {
  const [first] = imports;
  const code = first === undefined ? ';' : text.slice(first.start!, first.end!);
  return {
    quote: code.includes('"') ? '"' : "'",
    semicolon: code.endsWith(';') ? ';' : '',
    indent: /^([ \t]+)[\w@]/m.exec(text)?.[1] ?? '  ',
    lineEnd: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** Code that is written with single quotes, semicolons and two spaces, in another style. */
export function inStyle(code: string, style: CodeStyle): string {
  return code
    .replaceAll("'", style.quote)
    .replace(/^( {2})+/gm, (spaces) => style.indent.repeat(spaces.length / 2))
    .replace(/;$/gm, style.semicolon)
    .replaceAll('\n', style.lineEnd);
}

/** The white space that the line of a position begins with. */
export function indentAt(text: string, position: number): string {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, position))![0];
}

/** Where the line of a position ends, before its line break and outside of comments. */
export function lineEndAt({ code }: SourceFile, position: number): number {
  const end = code.indexOf('\n', position);
  if (end === -1) return code.length;
  return code[end - 1] === '\r' ? end - 1 : end;
}

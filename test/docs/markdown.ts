import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { slugOf } from '../../docs/.vitepress/slug.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Pages that TypeDoc writes, if the site was built here. */
const API = 'reference/api/';

/** A fenced code block, and where it stands. */
export interface Block {
  document: string;
  line: number;
  language: string;
  code: string;
  /** The nearest heading above, without its #. */
  heading: string;
}

/** The folders of the examples, e.g. `examples/minimal`. */
export const EXAMPLES = readdirSync(`${ROOT}examples`)
  .map((name) => `examples/${name}`)
  .filter((folder) => existsSync(`${ROOT}${folder}/package.json`));

export const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'sample-app/README.md',
  'examples/README.md',
  ...EXAMPLES.map((folder) => `${folder}/README.md`),
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.startsWith(API))
    .map((path) => `docs/${path}`),
];

export function read(document: string): string {
  return readFileSync(ROOT + document, 'utf8');
}

export function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let open: Block | undefined;
  read(document)
    .split('\n')
    .forEach((text, index) => {
      const fence = /^```(\w*)$/.exec(text);
      if (open !== undefined) {
        if (fence === null) open.code += `${text}\n`;
        else open = undefined;
      } else if (fence !== null) {
        const [, language = ''] = fence;
        open = { document, line: index + 2, language, code: '', heading };
        blocks.push(open);
      } else {
        heading = /^#+ (.*)$/.exec(text)?.[1] ?? heading;
      }
    });
  return blocks;
}

/** Commands of the shell in a document, and what it shows that they print, if it does. */
export interface Step {
  readonly commands: string;
  readonly shown: string | undefined;
}

/** The blocks of commands, each with the block of text right after it. */
export function stepsOf(document: string): Step[] {
  const blocks = blocksOf(document);
  return blocks.flatMap(({ language, code }, i) => {
    if (language !== 'sh') return [];
    const next = blocks[i + 1];
    const shown = next?.language === 'text' ? next.code.trimEnd() : undefined;
    return [{ commands: code.trim(), shown }];
  });
}

export function allBlocks(language: string): Block[] {
  return DOCUMENTS.flatMap(blocksOf).filter(
    (block) => block.language === language,
  );
}

/** A document without its code blocks. */
export function proseOf(document: string): string {
  return read(document).replace(/^```[\s\S]*?^```$/gm, '');
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(document: string): string[] {
  return [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    slugOf(heading!),
  );
}

/** What stands under a heading of the second level. */
export function section(document: string, heading: string): string {
  const sections = read(document).split(/^## /m);
  return sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
}

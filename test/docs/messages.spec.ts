import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { MetricsError } from '../../src/core/errors.js';
import {
  ERROR_CAUSES,
  ERROR_CODES,
  isTopic,
  sectionOf,
  type Topic,
  WARNINGS,
} from '../../src/core/message-links.js';
import { blocksOf, read } from './markdown.js';
import { SRC } from './sources.js';

const PAGE = 'docs/troubleshooting/messages.md';

const TOPICS: readonly Topic[] = [...ERROR_CODES, ...ERROR_CAUSES, ...WARNINGS];

/** The sections of the page, by their anchors. GitHub and VitePress make the same ones of words, spaces and hyphens. */
const SECTIONS = new Map(
  read(PAGE)
    .split(/^#{2,3} /m)
    .slice(1)
    .filter((section) => section.includes('**Do:**'))
    .map((section) => [slugOf(section.split('\n', 1)[0]!), section] as const),
);

function slugOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'core/message-links.ts')
  .map((file) => ({ file, text: readFileSync(`${SRC}/${file}`, 'utf8') }));

const anchorOf = (topic: Topic) => sectionOf(topic).split('#')[1]!;

type ErrorClass = new (message: string, options: object) => MetricsError;

/** The classes of errors in all source files. */
async function errorClasses(): Promise<ErrorClass[]> {
  const files = FILES.filter(({ text }) =>
    text.includes('extends MetricsError'),
  );
  const modules = await Promise.all(
    files.map(({ file }) => import(`${SRC}/${file}`) as Promise<object>),
  );
  return modules
    .flatMap((module) => Object.values(module))
    .filter((one) => one.prototype instanceof MetricsError);
}

describe('the page of messages', () => {
  it('each code, cause and warning has one section, and each section is about one of them', () => {
    expect([...SECTIONS.keys()].sort()).toEqual(TOPICS.map(anchorOf).sort());
    expect(new Set(TOPICS).size).toBe(TOPICS.length);
  });

  it('the headings have letters and spaces only, so that all renderers make the same anchors', () => {
    for (const section of SECTIONS.values()) {
      expect(section.split('\n', 1)[0]).toMatch(/^[A-Za-z ]+$/);
    }
  });

  it('the path of the page in messages is that in the package', () => {
    const { name, files } = JSON.parse(read('package.json'));
    expect(sectionOf('conflict')).toBe(`${name}/${PAGE}#conflict`);
    expect(files).toContain('docs/**/*.md');
  });

  it('each class of errors links the section of its code, and has a row in the list of errors', async () => {
    const classes = await errorClasses();
    const codes = classes.map((one) => {
      const { name, code, message } = new one('The text', { what: 'a test' });
      expect(isTopic(code)).toBe(true);
      expect(message).toBe(`The text\nSee ${sectionOf(code as Topic)}`);
      const row = new RegExp(
        `^\\| \`${name}\` .*#${anchorOf(code as Topic)}\\)`,
        'm',
      );
      expect(read(PAGE)).toMatch(row);
      expect(SECTIONS.get(anchorOf(code as Topic))).toContain(
        `\`${name}\`, \`code\`: \`${code}\``,
      );
      return code;
    });
    expect(codes.sort()).toEqual([...ERROR_CODES].sort());
  });

  it.each([...ERROR_CAUSES, ...WARNINGS])(
    'the code reports or logs what the section of %s is about',
    (topic) => {
      const users = FILES.filter(({ text }) => text.includes(`'${topic}'`));
      expect(users).not.toEqual([]);
    },
  );

  it('every cause of an error that is kept from the app has a section', () => {
    const literal =
      /(?:\b(?:catchAndReport|report)\(\s*[\w.]+,|\breportError\()\s*'(\w+)'/g;
    const causes = FILES.flatMap(({ text }) => [...text.matchAll(literal)]);
    expect(causes.length).toBeGreaterThan(ERROR_CAUSES.length);
    expect(
      causes.map(([, cause]) => cause!).filter((one) => !isTopic(one)),
    ).toEqual([]);
  });

  it('only one file calls loggers for warnings, and adds the link there', () => {
    // Commands talk to a terminal, and not to the log of an app.
    const ofApps = FILES.filter(
      ({ file }) => !/^(cli|schematics)\//.test(file),
    );
    const callers = ofApps.filter(({ text }) =>
      /ogger\.warn\(|console\.(warn|error)\(/.test(text),
    );
    expect(callers.map(({ file }) => file)).toEqual(['core/logger.ts']);
  });
});

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

describe('the examples on the page of messages', () => {
  const templates = FILES.flatMap(({ file, text }) => templatesOf(file, text));
  const examples = blocksOf(PAGE)
    .filter(({ language }) => language === 'text')
    .slice(1);

  it('each section has an example', () => {
    expect(examples).toHaveLength(TOPICS.length);
  });

  it.each(examples.map(({ heading, code }) => [heading, code.trim()]))(
    'the example of %s is a message that the code makes, with the link to its section',
    (heading, example) => {
      const [text, link] = example.split(/[\n ]See (?=\S+$)/);
      expect(link).toBe(
        sectionOf(slugOf(heading).replaceAll('-', '_') as Topic),
      );
      expect(templates.some((template) => template.test(text!))).toBe(true);
    },
  );

  /** What the texts of a source file look like, whatever is filled in. Short ones would match anything. */
  function templatesOf(file: string, text: string): RegExp[] {
    const source = ts.createSourceFile(
      file,
      text,
      ts.ScriptTarget.ES2023,
      true,
    );
    const found: RegExp[] = [];
    const visit = (node: ts.Node) => {
      const parts = partsOf(node);
      if (parts.join('').length >= 12) {
        found.push(new RegExp(parts.map(escaped).join('.+'), 's'));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  }

  function partsOf(node: ts.Node): string[] {
    if (ts.isStringLiteralLike(node)) return [node.text];
    if (!ts.isTemplateExpression(node)) return [];
    const spans = node.templateSpans.map(({ literal }) => literal.text);
    return [node.head.text, ...spans];
  }
});

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTS, proseOf, read, ROOT } from '../docs/markdown.js';
import { find, packSmall } from './releases.js';

const OWN_VERSION = 'the tarball is of this version';
const CONTENTS = 'the tarball has what users need, and nothing else';
const PUBLINT = 'publint finds nothing';
const TYPES = 'the declarations fit each way to import them';
const LICENCES = 'the licences of bundled packages are in the tarball';

let folder: string;
let tarball: string;
let files: string[];

/** Packs the checkout, and extracts the files into `package`. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: ROOT },
  );
  const { version } = JSON.parse(read('package.json'));
  tarball = join(folder, `nestjs-agent-metrics-${version}.tgz`);
  const list = ['-xvzf', tarball];
  files = execFileSync('tar', list, { cwd: folder, encoding: 'utf8' })
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const packaged = (path: string) => files.includes(path);

describe('links in the package', () => {
  /** What pages for users link to in the repository alone: no app needs it. */
  const REPOSITORY =
    /^(bench|examples|sample-app|src|test)\/|^docs\/(decisions\/|ARCHITECTURE)/;

  /** The paths that a page links to, from the root of the package: Markdown, and pictures in HTML. */
  function linksOf(page: string): string[] {
    const text = proseOf(page);
    return [/\]\(([^)#\s]+)[^)]*\)/g, /\b(?:src|srcset|href)="([^"#]+)/g]
      .flatMap((link) => [...text.matchAll(link)].map(([, target]) => target!))
      .filter((target) => !/^https?:/.test(target))
      .map((target) => posix.join(posix.dirname(page), target));
  }

  it.each(['README.md', 'llms.txt'])(
    'links in %s lead to files that are in the package',
    (page) => {
      const links = linksOf(page);
      expect(links.length).toBeGreaterThan(20);
      expect(links.filter((path) => !packaged(path))).toEqual([]);
    },
  );

  it('links in pages of the package lead to files that are in it, or to parts of the repository', () => {
    const pages = DOCUMENTS.filter(
      (path) => path.startsWith('docs/') && packaged(path),
    );
    expect(pages.length).toBeGreaterThan(30);
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((path) => !packaged(path) && !REPOSITORY.test(path))
        .map((path) => `${page}: ${path}`),
    );
    expect(broken).toEqual([]);
  });
});

describe('the checks of a tarball', () => {
  let broken: string;

  beforeAll(() => {
    const file = (path: string) => join(folder, 'package', path);
    const edit = (path: string, pattern: RegExp, text: string) =>
      writeFileSync(
        file(path),
        readFileSync(file(path), 'utf8').replace(pattern, text),
      );
    edit('package.json', /"version": "[^"]+"/, '"version": "0.0.1"');
    edit('dist/live-page/LICENSES.txt', /uplot/g, '');
    rmSync(file('docs/reference/alerts.md'));
    mkdirSync(file('docs/decisions'));
    writeFileSync(file('docs/decisions/package.md'), '# Package\n');
    execFileSync('tar', ['-czf', 'broken.tgz', 'package'], { cwd: folder });
    broken = join(folder, 'broken.tgz');
  });

  it.each([OWN_VERSION, CONTENTS, LICENCES])(
    'the tarball of this checkout passes the check: %s',
    async (title) => {
      expect(await find(title, { tarball })).toBeUndefined();
    },
  );

  it.each([
    ['is of another version', OWN_VERSION, 'It is of version 0.0.1.'],
    [
      'has not all pages',
      CONTENTS,
      "missing: [\n+     'docs/reference/alerts.md'",
    ],
    [
      'has a page of contributors',
      CONTENTS,
      "+     'docs/decisions/package.md'",
    ],
    [
      'has not all licences',
      LICENCES,
      'dist/live-page/LICENSES.txt has no uplot.',
    ],
  ])('a tarball that %s fails', async (_fault, title, finding) => {
    expect(await find(title, { tarball: broken })).toContain(finding);
  });

  /** Small packages, as these two take long for ours, which check:package gives them. */
  it.each([PUBLINT, TYPES])(
    'a well-formed package passes the check: %s',
    async (title) => {
      expect(await find(title, { tarball: packSmall() })).toBeUndefined();
    },
  );

  it('a tarball with an export that leads nowhere fails', async () => {
    const other = packSmall({ 'index.js': undefined });
    expect(await find(PUBLINT, { tarball: other })).toContain('index.js');
  });

  it('a tarball without declarations of an entry point fails', async () => {
    const other = packSmall({ 'more.d.ts': undefined });
    expect(await find(TYPES, { tarball: other })).toMatch(/no types|untyped/i);
  });
});

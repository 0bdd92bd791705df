import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../docs/markdown.js';
import { tempFolder } from '../support/temp.js';
import { CHECKS, type Release } from './release-checks.mjs';

/** What the check of that title finds wrong with a release. */
export const find = (title: string, release: Partial<Release>) =>
  CHECKS.find((check) => check.title === title)!.find({
    root: ROOT,
    tarball: '',
    ...release,
  });

/** What a checkout has that can be released. */
export const MANIFEST = {
  name: 'example',
  version: '1.2.0',
  author: 'An author',
  homepage: 'https://example.com',
  repository: { type: 'git', url: 'git+https://example.com/example.git' },
  bugs: { url: 'https://example.com/bugs' },
  publishConfig: { access: 'public', provenance: true },
};

export const CHANGELOG = `# Changelog

## [Unreleased]

## [1.2.0] - 2026-01-31

### Added

- Something.
`;

/** A checkout with one commit, which is tagged. */
export class Checkout {
  readonly root = tempFolder();

  constructor(
    manifest: object = MANIFEST,
    changelog = CHANGELOG,
    tags: string[] = [],
  ) {
    this.write('package.json', JSON.stringify(manifest));
    this.write('CHANGELOG.md', changelog);
    this.git('init', '-q');
    this.commit();
    for (const tag of tags) this.git('tag', tag);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.root, file), text);
  }

  commit(): void {
    const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
    this.git('add', '.');
    this.git(...author, 'commit', '-qm', 'Commit', '--allow-empty');
  }

  git(...args: string[]): void {
    execFileSync('git', args, { cwd: this.root });
  }
}

/** The files of a package that publint and attw find nothing in. */
const SMALL = {
  'package.json': JSON.stringify({
    name: 'small',
    version: '1.0.0',
    license: 'MIT',
    type: 'commonjs',
    main: './index.js',
    exports: { '.': './index.js', './more': './more.js' },
    engines: { node: '>=20' },
  }),
  'index.js': 'exports.one = 1;\n',
  'index.d.ts': 'export declare const one: number;\n',
  'more.js': 'exports.two = 2;\n',
  'more.d.ts': 'export declare const two: number;\n',
};

/** Packs a small package, as publint and attw take long for a large one. Returns the tarball. */
export function packSmall(
  changes: Partial<Record<keyof typeof SMALL, undefined>> = {},
): string {
  const root = tempFolder();
  mkdirSync(join(root, 'package'));
  for (const [file, text] of Object.entries({ ...SMALL, ...changes })) {
    if (text !== undefined) writeFileSync(join(root, 'package', file), text);
  }
  execFileSync('tar', ['-czf', 'small.tgz', 'package'], { cwd: root });
  return join(root, 'small.tgz');
}

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, section } from '../docs/markdown.js';
import { tempFolder } from '../support/temp.js';
import { CHECKS } from './release-checks.mjs';
import { CHANGELOG, Checkout, find, MANIFEST } from './releases.js';

describe('the working tree', () => {
  const TITLE = 'the working tree is clean';

  it('a release from a clean working tree passes', async () => {
    expect(await find(TITLE, { root: new Checkout().root })).toBeUndefined();
  });

  it('a release with a changed and a new file fails, and names both', async () => {
    const checkout = new Checkout();
    checkout.write('CHANGELOG.md', 'changed');
    checkout.write('new.txt', 'new');
    const found = await find(TITLE, { root: checkout.root });
    expect(found).toMatch(/M CHANGELOG\.md\n\?\? new\.txt/);
  });
});

describe('the version', () => {
  const TITLE = 'the version is above the last tag';

  it.each([
    { tags: [] },
    { tags: ['v1.1.9', 'v1.2.0-rc.1', 'other'] },
    // The workflow starts from the tag of the version.
    { tags: ['v1.1.9', 'v1.2.0'] },
  ])('the version 1.2.0 passes with the tags $tags', async ({ tags }) => {
    const { root } = new Checkout(MANIFEST, CHANGELOG, tags);
    expect(await find(TITLE, { root })).toBeUndefined();
  });

  it.each(['v1.2.0', 'v1.10.0', 'v2.0.0-rc.1'])(
    'the version 1.2.0 fails if an earlier commit has the tag %s',
    async (tag) => {
      const checkout = new Checkout(MANIFEST, CHANGELOG, ['v1.1.0', tag]);
      checkout.commit();
      expect(await find(TITLE, { root: checkout.root })).toBe(
        `The version is 1.2.0, the last tag ${tag}.`,
      );
    },
  );

  it('a version that does not follow Semantic Versioning fails', async () => {
    const { root } = new Checkout({ ...MANIFEST, version: '1.2' });
    expect(await find(TITLE, { root })).toBe(
      '"1.2" does not follow Semantic Versioning.',
    );
  });
});

describe('the changelog', () => {
  const TITLE = 'the changelog tells what is in the version, and when';

  it.each([
    ['with an empty section of what is unreleased', CHANGELOG],
    ['without one', CHANGELOG.replace('## [Unreleased]\n\n', '')],
  ])('a changelog passes %s', async (_form, changelog) => {
    const { root } = new Checkout(MANIFEST, changelog);
    expect(await find(TITLE, { root })).toBeUndefined();
  });

  it.each([
    ['[1.2.0] - 2026-01-31', '[1.1.0] - 2026-01-31', /has no section/],
    [' - 2026-01-31', '', /has no date/],
    ['2026-01-31', '2026-02-30', /has no date/],
    ['- Something.\n', '', /has no entries/],
    ['[Unreleased]\n', '[Unreleased]\n\n- More.\n', /Unreleased.* entries/],
  ])('a changelog with "%s" as "%s" fails', async (part, other, finding) => {
    const { root } = new Checkout(MANIFEST, CHANGELOG.replace(part, other));
    expect(await find(TITLE, { root })).toMatch(finding);
  });
});

describe('the metadata', () => {
  const TITLE =
    'package.json tells whose package it is, and how it is published';

  it('complete metadata passes', async () => {
    expect(await find(TITLE, { root: new Checkout().root })).toBeUndefined();
  });

  it.each([
    ['author', { author: undefined }],
    ['author', { author: { email: 'a@example.com' } }],
    ['homepage', { homepage: 'example' }],
    ['repository.url', { repository: { url: 'git@example.com:example' } }],
    ['bugs.url', { bugs: undefined }],
    ['publishConfig.access', { publishConfig: { provenance: true } }],
    ['publishConfig.provenance', { publishConfig: { access: 'public' } }],
  ])('metadata with a wrong or absent %s fails', async (field, change) => {
    const { root } = new Checkout({ ...MANIFEST, ...change });
    expect(await find(TITLE, { root })).toContain(`without ${field}`);
  });
});

describe('the command', () => {
  it('release:check prints each check, and what to do about one that fails', () => {
    const script = join(ROOT, 'test/package/release-check.mjs');
    const other = tempFolder();
    mkdirSync(join(other, 'package'));
    writeFileSync(join(other, 'package/package.json'), '{"version":"0.0.1"}');
    const empty = join(other, 'empty.tgz');
    execFileSync('tar', ['-czf', empty, 'package'], { cwd: other });
    const { status, stdout } = spawnSync(
      process.execPath,
      [script, '--tarball', empty],
      { encoding: 'utf8' },
    );
    expect(status).toBe(1);
    const printed = [...stdout.matchAll(/^(?:ok  |FAIL) {2}(.+)$/gm)];
    expect(printed.map(([, title]) => title)).toEqual(
      CHECKS.map(({ title }) => title),
    );
    expect(stdout).toContain(
      `FAIL  the tarball is of this version\n        It is of version 0.0.1.\n        -> Pack it again: npm pack\n`,
    );
  });
});

describe('docs/releasing.md', () => {
  const rows = (heading: string) =>
    [
      ...section('docs/releasing.md', heading).matchAll(/^\| ([^|]+?) +\|/gm),
    ].map(([, cell]) => cell!);

  it('docs/releasing.md explains each check, in order', () => {
    const [, , ...titles] = rows('What release:check asks');
    expect(titles).toEqual(CHECKS.map(({ title }) => title));
  });

  it('each check has a remedy that is a sentence or a command', () => {
    for (const { remedy } of CHECKS) expect(remedy).toMatch(/^[A-Z].{10,}/);
  });
});

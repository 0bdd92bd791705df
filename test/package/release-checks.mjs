/** What must hold before a version is published. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { run } from './report.mjs';
import {
  checkFiles,
  checkTypes,
  checkWithPublint,
  filesOf,
  read,
} from './tarball.mjs';

const manifestOf = (root) =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const message = (action) =>
  action.then(
    () => undefined,
    (error) => error.message,
  );

const isWebAddress = (value) =>
  URL.canParse(value) && new URL(value).protocol === 'https:';

/** The fields that only a maintainer knows, and what a value must be. */
const METADATA = {
  author: ({ author }) =>
    /\w/.test(typeof author === 'string' ? author : (author?.name ?? '')),
  homepage: ({ homepage }) => isWebAddress(homepage),
  'repository.url': ({ repository }) =>
    isWebAddress(repository?.url?.replace(/^git\+/, '')),
  'bugs.url': ({ bugs }) => isWebAddress(bugs?.url),
  'publishConfig.access=public': ({ publishConfig }) =>
    publishConfig?.access === 'public',
  'publishConfig.provenance=true --json': ({ publishConfig }) =>
    publishConfig?.provenance === true,
};

async function findUncommitted({ root }) {
  return (await run(root, 'git', 'status', '--porcelain')) || undefined;
}

/** The tag of the version itself is no earlier one: the release workflow starts from it. */
async function findEarlierVersion({ root }) {
  const { version } = manifestOf(root);
  if (semver.valid(version) !== version)
    return `"${version}" does not follow Semantic Versioning.`;
  const own = await run(root, 'git', 'tag', '--points-at', 'HEAD');
  const tags = (await run(root, 'git', 'tag', '--list', 'v*'))
    .split('\n')
    .filter((tag) => semver.valid(tag) && !own.split('\n').includes(tag));
  const [last] = semver.rsort(tags);
  if (last === undefined || semver.gt(version, last)) return undefined;
  return `The version is ${version}, the last tag ${last}.`;
}

/** The sections of a changelog by their headings, e.g. `[1.2.3] - 2026-01-31`. */
function sectionsOf(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  return sections.map((section) => {
    const [heading, ...lines] = section.split('\n');
    return { heading, hasEntries: lines.some((line) => /^[-*] /.test(line)) };
  });
}

const isDate = (text) =>
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().startsWith(text);

async function findInChangelog({ root }) {
  const { version } = manifestOf(root);
  const sections = sectionsOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  const own = sections.find(({ heading }) =>
    heading.startsWith(`[${version}]`),
  );
  if (own === undefined) {
    return `CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD".`;
  }
  const [, date = ''] = / - (\d{4}-\d\d-\d\d)$/.exec(own.heading) ?? [];
  if (!isDate(date)) return `"## ${own.heading}" has no date.`;
  if (!own.hasEntries) return `"## ${own.heading}" has no entries.`;
  const left = sections.find(({ heading }) => heading === '[Unreleased]');
  return left?.hasEntries ? '"## [Unreleased]" has entries.' : undefined;
}

async function findUnsetMetadata({ root }) {
  const manifest = manifestOf(root);
  const unset = Object.entries(METADATA)
    .filter(([, isSet]) => !isSet(manifest))
    .map(([field]) => field);
  return unset.length === 0
    ? undefined
    : `package.json is without ${unset.join(', ')}.`;
}

async function findOtherVersion({ root, tarball }) {
  const { version } = manifestOf(root);
  const packed = JSON.parse(await read(tarball, 'package.json')).version;
  return packed === version ? undefined : `It is of version ${packed}.`;
}

/** The packages that the program of the live page imports: they are bundled into it. */
function packagesOfLivePage(root) {
  const folder = join(root, 'live-page/src');
  const imports = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .flatMap((code) => [...code.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)/g)]);
  return [...new Set(imports.map(([, name]) => name))];
}

/** The texts of licences in the package, and what each must have. */
const licencesOf = (root) => ({
  LICENSE: ['MIT License'],
  'dist/licenses/babel-parser.txt': ['Permission is hereby granted'],
  'dist/licenses/grafana-foundation-sdk.txt': ['Apache License'],
  'dist/live-page/LICENSES.txt': packagesOfLivePage(root),
});

async function findMissingLicences({ root, tarball }) {
  const files = await filesOf(tarball);
  for (const [file, words] of Object.entries(licencesOf(root))) {
    const text = files.includes(file) ? await read(tarball, file) : '';
    const missing = words.filter((word) => !text.includes(word));
    if (missing.length > 0) return `${file} has no ${missing.join(', ')}.`;
  }
  return undefined;
}

/**
 * Each check finds what is wrong with a release, and says what to do about it.
 * A release is a checkout, `root`, and the `tarball` that was packed from it.
 */
export const CHECKS = [
  {
    title: 'the working tree is clean',
    remedy: 'Commit the changes, or stash them.',
    find: findUncommitted,
  },
  {
    title: 'the version is above the last tag',
    remedy: 'Set it: npm version --no-git-tag-version major|minor|patch',
    find: findEarlierVersion,
  },
  {
    title: 'the changelog tells what is in the version, and when',
    remedy:
      'Rename "## [Unreleased]" to the version with the date of today, and leave nothing unreleased.',
    find: findInChangelog,
  },
  {
    title: 'package.json tells whose package it is, and how it is published',
    remedy:
      'Set each: npm pkg set FIELD=VALUE. docs/releasing.md says what belongs there.',
    find: findUnsetMetadata,
  },
  {
    title: 'the tarball is of this version',
    remedy: 'Pack it again: npm pack',
    find: findOtherVersion,
  },
  {
    title: 'the tarball has what users need, and nothing else',
    remedy:
      'Adjust "files" of package.json, or the list in test/package/tarball-files.mjs.',
    find: ({ root, tarball }) => message(checkFiles(tarball, root)),
  },
  {
    title: 'publint finds nothing',
    remedy: 'Read the rule that it names, and mend package.json.',
    find: ({ tarball }) => message(checkWithPublint(tarball)),
  },
  {
    title: 'the declarations fit each way to import them',
    remedy: 'Mend "exports" and "typesVersions" of package.json.',
    find: ({ tarball }) => message(checkTypes(tarball)),
  },
  {
    title: 'the licences of bundled packages are in the tarball',
    remedy:
      'Add the package to PACKAGES in live-page/build.mjs, or its licence to rolldown.config.mjs.',
    find: findMissingLicences,
  },
];

/** Which files the tarball has. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of the ES modules in `dist` and of the CommonJS modules in `dist/cjs`. */
const MODULES = [
  'agents.js',
  'chunks/core.js',
  'chunks/get-or-insert.js',
  'chunks/import-peer.js',
  'chunks/join-group.js',
  'chunks/live-page.js',
  'chunks/matchers.js',
  'chunks/otlp-sender.js',
  'chunks/persisted-group.js',
  'chunks/persisted-process.js',
  'chunks/rolldown-runtime.js',
  'chunks/state-encoder.js',
  'chunks/statsd-sender.js',
  'chunks/stepwise.js',
  'chunks/storage-of.js',
  'chunks/stored-contents.js',
  'exporters.js',
  'index.d.ts',
  'index.js',
  'keyv.js',
  'langchain.js',
  'openai.js',
  'otlp.js',
  'pushgateway.js',
  'statsd.js',
  'testing-jest.js',
  'testing-vitest.js',
  'testing.js',
];

const REQUIRED_FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  ...MODULES.map((file) => `dist/${file}`),
  ...MODULES.map((file) => `dist/cjs/${file}`),
  'dist/chunks/cli-errors.js',
  'dist/chunks/cli-monitoring-commands.js',
  'dist/cli.js',
  'dist/live-page/LICENSES.txt',
  'dist/live-page/index.html',
  'dist/cjs/package.json',
  'dist/licenses/babel-parser.txt',
  'dist/licenses/grafana-foundation-sdk.txt',
  'dist/schematics/babel-parser.js',
  'dist/schematics/collection.json',
  'dist/schematics/nest-add.js',
  'dist/schematics/nest-add/schema.json',
  'dist/schematics/package.json',
  'dashboards/tframex.agents.json',
  'dashboards/tframex.fleet.json',
  'dashboards/tframex.http.json',
  'dashboards/tframex.process.json',
  'rules/tframex.alerts.yml',
  'rules/tframex.rules.yml',
  'llms.txt',
  'package.json',
];
/** Files whose names have the hash of their contents. */
const ASSETS = /^dist\/live-page\/assets\/[\w-]+\.(css|js|svg)$/;
const DECLARATIONS =
  /^dist\/(?!.*\.spec\.)(?!(?:cjs\/)?(?:cli|schematics)\/).+\.d\.ts$/;

/** Pages for users and their pictures. Those for contributors stay in the repository. */
const DOCS =
  /^(?!decisions\/|reference\/api\/|ARCHITECTURE|releasing|index)[\w/-]+\.(md|png|svg)$/;

const docsOf = (root) =>
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => DOCS.test(path))
    .map((path) => `docs/${path}`);

/** The files that are missing in a list of a tarball's files, and those that no user needs. */
export function compareFiles(files, root) {
  const required = [...REQUIRED_FILES, ...docsOf(root)];
  const missing = required.filter((file) => !files.includes(file));
  const unexpected = files.filter(
    (file) =>
      !required.includes(file) &&
      !ASSETS.test(file) &&
      !DECLARATIONS.test(file),
  );
  return { missing, unexpected };
}

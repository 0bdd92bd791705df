/** Which files the tarball has. */
import assert from 'node:assert/strict';
import { run } from './report.mjs';

/** Of the ES modules in `dist` and of the CommonJS modules in `dist/cjs`. */
const MODULES = [
  'agents.js',
  'chunks/core.js',
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
  'docs/reference/alerts.md',
  'docs/troubleshooting/messages.md',
  'docs/troubleshooting/symptoms.md',
  'rules/tframex.alerts.yml',
  'rules/tframex.rules.yml',
  'package.json',
];
/** Files whose names have the hash of their contents. */
const ASSETS = /^dist\/live-page\/assets\/[\w-]+\.(css|js|svg)$/;
const DECLARATIONS =
  /^dist\/(?!.*\.spec\.)(?!(?:cjs\/)?(?:cli|schematics)\/).+\.d\.ts$/;

/** Rejects if a file is missing, or if there is one that users do not need. */
export async function checkFiles(tarball) {
  const listing = await run('.', 'tar', '-tzf', tarball);
  const files = listing
    .split('\n')
    .map((file) => file.replace(/^package\//, ''));
  const missing = REQUIRED_FILES.filter((file) => !files.includes(file));
  const unexpected = files.filter(
    (file) =>
      !REQUIRED_FILES.includes(file) &&
      !ASSETS.test(file) &&
      !DECLARATIONS.test(file),
  );
  assert.deepEqual({ missing, unexpected }, { missing: [], unexpected: [] });
}

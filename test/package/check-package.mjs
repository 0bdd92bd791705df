/**
 * Checks the package as its users get it: the tarball that npm would publish, read by publint and
 * attw, installed in freshly scaffolded apps, and used there as the README and the quick start say.
 *
 * Usage: node test/package/check-package.mjs
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshApp } from './fresh-app.mjs';
import { checkMonorepo, checkNestAdd } from './nest-add.mjs';
import { readQuickStart, readTest } from './quick-start.mjs';
import { Report } from './report.mjs';
import {
  checkFiles,
  checkTypes,
  checkWithPublint,
  pack,
  ROOT,
} from './tarball.mjs';
import { temporaryDirectory } from './temporary-directory.mjs';

const JEST_APP = join(ROOT, 'test/package/jest-app');
const README = join(ROOT, 'README.md');
const QUICK_START = join(ROOT, 'docs/start/quick-start.md');
const EXECUTIONS =
  'tframex_agent_executions_total{agent="Assistant",method="run",status="success"} 1';

/** What an app with an optional peer writes. */
const INTEGRATION = {
  path: 'src/model-client.ts',
  code: `import type { AgentMetrics } from 'nestjs-agent-metrics';
import { observeOpenAI } from 'nestjs-agent-metrics/openai';
import OpenAI from 'openai';

export const modelClient = (metrics: AgentMetrics): OpenAI =>
  observeOpenAI(new OpenAI(), metrics);
`,
};

const APPS = [
  {
    major: 12,
    nest: [join(ROOT, 'node_modules/.bin/nest')],
    type: 'module',
    packages: ['@nestjs/platform-fastify'],
    isFastify: true,
    isMonorepo: true,
    peers: ['openai@6'],
    integration: INTEGRATION,
    runner: 'vitest',
    jest: {
      packages: ['jest', 'ts-jest', '@jest/globals'],
      files: ['jest.config.mjs', 'src/metrics.jest-spec.ts'],
    },
  },
  {
    major: 11,
    nest: ['npx', '-y', '@nestjs/cli@11'],
    type: undefined,
    runner: 'jest',
    files: ['src/metrics.spec.ts'],
  },
];

const report = new Report();
const step = report.step.bind(report);

async function checkPackage(directory) {
  let tarball;
  await report.section('Tarball', async () => {
    tarball = await step('npm pack', () => pack(directory));
    await step('only what users need', () => checkFiles(tarball));
  });
  if (!tarball) return;
  await report.section('publint', () =>
    step('finds nothing', () => checkWithPublint(tarball)),
  );
  await report.section('attw', () =>
    step('finds nothing', () => checkTypes(tarball)),
  );
  for (const app of APPS) await checkMajor(directory, tarball, app);
}

const checkMajor = (directory, tarball, { major, nest, type, ...optional }) =>
  report.section(`NestJS ${major}, ${type ?? 'commonjs'}`, async () => {
    const app = await step('nest new', () =>
      FreshApp.scaffold(directory, `nest${major}-app`, ...nest),
    );
    await step('is the app we mean', () => checkManifest(app, major, type));
    const { packages = [], isFastify, isMonorepo } = optional;
    await step('npm install', () => app.install(tarball, ...packages));
    await checkNestAdd(step, app, isFastify);
    await checkApp(app, 'README.md', () => follow(app, README, 'Start'));
    const quickStart = () => follow(app, QUICK_START, 'In a NestJS app');
    await checkApp(app, 'the quick start', quickStart, async () => {
      await checkIntegration(app, optional);
      await step('npx nestjs-agent-metrics', () => checkCommand(app));
      await checkSpecs(app, optional);
      await step('tsc --noEmit', () => app.typecheck());
    });
    if (isMonorepo) await checkMonorepo(step, app);
  });

/** Follows a page in an app, checks what `more` does, and asks the app that it makes. */
async function checkApp(app, page, follow, more = async () => {}) {
  const request = await step(`follow ${page}`, follow);
  await more();
  await step('nest build', () => app.build());
  const running = await step('node main.js', () => app.start());
  try {
    await checkAnswers(running, request);
  } finally {
    await running.stop();
  }
}

/** The command, by the name that the package gives it. */
async function checkCommand(app) {
  const prices = {
    currency: 'USD',
    models: [{ model: 'acme-1', input: '0.5', output: 2 }],
  };
  await app.write({ path: 'prices.json', code: JSON.stringify(prices) });
  const args = ['prices', 'check', 'prices.json', '--model', 'acme-1'];
  const output = await app.runCommand('nestjs-agent-metrics', ...args);
  assert.match(output, /acme-1 \(any provider\)\n {2}input 0\.5, output 2/);
  const written = await app.runCommand('nestjs-agent-metrics', 'dashboards');
  assert.match(written, /Wrote monitoring\/tframex\.agents\.json/);
}

/** The package's root needs no optional peer; an integration comes with its own. */
async function checkIntegration(app, { peers, integration }) {
  await step('import without optional peers', () =>
    app.imports('nestjs-agent-metrics'),
  );
  if (integration === undefined) return;
  await step(`npm install ${peers.join(' ')}`, () => app.install(...peers));
  await step('import of the integration', () =>
    app.imports('nestjs-agent-metrics/openai'),
  );
  await app.write(integration);
}

/** The specs that the app came with, that of the quick start, and ours, by the app's own command. */
async function checkSpecs(app, { files = [], runner, jest }) {
  const test = await readTest(QUICK_START, 'Test it');
  await app.write(runner === 'vitest' ? test : jestTest(test));
  await writeJestApp(app, ['src/app.service.ts', ...files]);
  await step('npm test', () => app.runScript('test'));
  if (jest !== undefined) await checkJestModules(app, test, jest);
}

/** The same in Jest with ES modules, which `nest new` does not set up. */
async function checkJestModules(app, test, { packages, files }) {
  await app.write(jestModuleTest(test));
  await writeJestApp(app, files);
  await step(`npm install ${packages.join(' ')}`, () =>
    app.install(...packages),
  );
  await step('node --experimental-vm-modules jest', () =>
    app.testJestModules(),
  );
}

async function writeJestApp(app, paths) {
  for (const path of paths) {
    const code = await readFile(join(JEST_APP, `${path}.txt`), 'utf8');
    await app.write({ path, code });
  }
}

/** The test of the quick start is for vitest. Jest has its functions as globals, and CommonJS modules without extensions. */
const jestTest = ({ path, code }) => ({
  path,
  code: code
    .replace(/^import .* from 'vitest';\n/m, '')
    .replace('testing/vitest', 'testing/jest')
    .replace(/'(\.\/.*)\.js'/g, "'$1'"),
});

/** In ES modules, Jest's functions are imported. The name is one that vitest does not take. */
const jestModuleTest = ({ path, code }) => ({
  path: path.replace('.spec.ts', '.jest-spec.ts'),
  code: code
    .replace("from 'vitest'", "from '@jest/globals'")
    .replace('testing/vitest', 'testing/jest'),
});

/** Writes the files that a section of a page shows into an app, and returns its request. */
async function follow(app, page, heading) {
  const { files, request } = await readQuickStart(page, heading);
  for (const file of files) await app.write(file);
  return request;
}

async function checkManifest(app, major, type) {
  const manifest = await app.manifest();
  assert.equal(manifest.type, type);
  assert.match(
    manifest.dependencies['@nestjs/core'],
    new RegExp(`^\\^${major}\\.`),
  );
}

async function checkAnswers(app, request) {
  await step(`${request.method} ${request.path}`, () => app.ask(request));
  await step('GET /metrics counts it', async () => {
    const page = await app.ask({ path: '/metrics' });
    assert(
      page.split('\n').includes(EXECUTIONS),
      `No line ${EXECUTIONS} in:\n${page}`,
    );
  });
  await step('GET /health is healthy', async () => {
    const health = await app.ask({ path: '/health' });
    assert.equal(JSON.parse(health).healthy, true, health);
  });
}

await checkPackage(await temporaryDirectory('check-package'));
process.exitCode = report.close() ? 0 : 1;

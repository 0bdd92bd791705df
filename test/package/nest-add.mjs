/** Checks `nest add` in fresh apps: what it writes passes the app's own checks, and runs. */
import assert from 'node:assert/strict';

const MAIN = 'src/main.ts';
const FASTIFY_MAIN = `import { NestFactory } from '@nestjs/core';
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

const app = await NestFactory.create<NestFastifyApplication>(
  AppModule,
  new FastifyAdapter(),
);
await app.listen(process.env.PORT ?? 3000);
`;

/** The requests to the route of `nest new`, among the metrics of a namespace. */
const requestsOf = (namespace) =>
  new RegExp(
    `^${namespace}_http_server_request_duration_seconds_count\\{.*route="/".*\\} [1-9]`,
    'm',
  );

/** Where the compiler puts the entry file of a project of a monorepo. */
const PROJECT_MAIN = 'dist/apps/admin/apps/admin/src/main.js';

/** In the root module of `nest new`. Its spec runs with the others of the app. */
export async function checkNestAdd(step, app, isFastify) {
  const main = await app.read(MAIN);
  if (isFastify) await app.write({ path: MAIN, code: FASTIFY_MAIN });
  const options = ['--http', '--live', '--test-kit'];
  await step('nest add', () => add(app, /UPDATE src\/app\.module/, ...options));
  await step('nest add again changes nothing', () =>
    add(app, /Nothing to be done/, ...options),
  );
  await step('prettier --check', () =>
    app.runCommand('prettier', '--check', 'src'),
  );
  await step('npm run lint', () => app.runScript('lint'));
  await step('nest build', () => app.build());
  await step('GET /metrics and /metrics/live', () => checkPages(app));
  await app.write({ path: MAIN, code: main });
}

/** In a project of a monorepo, which `nest generate` makes of the app. */
export async function checkMonorepo(step, app) {
  await step('nest generate app', () =>
    app.runCommand('nest', 'generate', 'app', 'admin'),
  );
  const options = ['--project=admin', '--namespace=shop', '--http'];
  await step('nest add --project', () =>
    add(app, /UPDATE apps\/admin\/src\/admin\.module/, ...options),
  );
  await step('nest build admin', () => app.build('admin', '--builder', 'tsc'));
  await step('GET /metrics of the project', () =>
    app.whileRunning(async (running) => {
      await running.ask({ path: '/' });
      assert.match(await running.ask({ path: '/metrics' }), requestsOf('shop'));
    }, PROJECT_MAIN),
  );
}

/** The package is installed from its tarball already. */
async function add(app, expected, ...options) {
  const command = ['nest', 'add', 'nestjs-agent-metrics', '--skip-install'];
  const output = await app.runCommand(...command, ...options);
  assert.match(output, expected);
}

function checkPages(app) {
  return app.whileRunning(async (running) => {
    await running.ask({ path: '/' });
    assert.match(
      await running.ask({ path: '/metrics' }),
      requestsOf('tframex'),
    );
    assert.match(await running.ask({ path: '/metrics/live' }), /<html/);
  });
}

import { PrometheusCollector } from 'nestjs-agent-metrics';
import { describe, expect, test } from 'vitest';
import type { NestAddOptions } from '../../src/schematics/nest-add/nest-add.options.js';
import {
  type Files,
  MODULE,
  NestApp,
  SCHEMA,
  syntaxErrorsOf,
} from './nest-app.js';

const SPEC = 'src/agent-metrics.spec.ts';

const manifest = (content: object): Files => ({
  'package.json': JSON.stringify(content),
});
const VITEST = manifest({ type: 'module', devDependencies: { vitest: '4' } });
const JEST = manifest({ devDependencies: { jest: '30' } });

const controllerOf = (controller: string, handler: string) => `
${controller}
export class HealthController {
  ${handler}
  check(): void {}
}
`;

describe('the options of the module', () => {
  test.each<[NestAddOptions, string]>([
    [{}, 'MetricsModule.forRoot()'],
    [{ http: true }, 'MetricsModule.forRoot({ http: true })'],
    [
      { namespace: 'a', http: true, live: true },
      "MetricsModule.forRoot({ namespace: 'a', http: true, live: true })",
    ],
    [{ namespace: 'shop' }, "MetricsModule.forRoot({ namespace: 'shop' })"],
    [{ namespace: '' }, "MetricsModule.forRoot({ namespace: '' })"],
  ])('nest add with %j writes %s', async (options, call) => {
    const app = await NestApp.of(MODULE).add(options);

    expect(app.read('src/app.module.ts')).toContain(call);
  });

  const HEALTH: [string, string][] = [
    ["@Controller('health')", '@Get()'],
    ["@Controller({ path: '/health', version: '1' })", "@All('/')"],
    ['@Controller()', "@Get('health')"],
    ["@Controller('health')", "@Get('live')"],
    ["@Controller('Health')", "@Post('ready/')"],
    ["@Controller(['status', 'health'])", "@Get(['', 'all'])"],
    ["@Controller({ version: '1' })", '@Sse(`/health`)'],
  ];

  test.each(HEALTH)(
    'nest add moves the health away from the route of the app in %s %s',
    async (controller, handler) => {
      const app = await NestApp.of(MODULE, {
        'src/health/health.controller.ts': controllerOf(controller, handler),
      }).add();

      expect(app.read('src/app.module.ts')).toContain(
        "MetricsModule.forRoot({ health: { path: '/metrics-health' } })",
      );
      expect(app.messages.at(-1)).toBe(
        'src/health/health.controller.ts has a route at /health or below, so that the health of the metrics is at /metrics-health.',
      );
    },
  );

  test.each<[string, NestAddOptions, string, string]>([
    [
      "@Controller('metrics')",
      {},
      "MetricsModule.forRoot({ prometheus: { path: '/agent-metrics' } })",
      'Start the app and open /agent-metrics.',
    ],
    [
      "@Controller('metrics/live')",
      { live: true },
      "live: true, prometheus: { path: '/agent-metrics' }",
      'The live page is at /agent-metrics/live.',
    ],
    [
      "@Controller('metrics/live')",
      {},
      'MetricsModule.forRoot()',
      'Start the app and open /metrics.',
    ],
  ])(
    'nest add puts the metrics beside the routes of the app in %s, with %j',
    async (controller, options, call, message) => {
      const app = await NestApp.of(MODULE, {
        'src/health/health.controller.ts': controllerOf(controller, '@Get()'),
      }).add(options);

      const written = app.read('src/app.module.ts').replace(/\s+/g, ' ');
      expect(written).toContain(call);
      expect(app.messages.join('\n')).toContain(message);
    },
  );

  test.each([
    ["@Controller('health')", "@Get('db')"],
    ["@Controller('health')", '@Roles()'],
    ["@Controller('users')", "@Get('health')"],
    ['@Controller(PATH)', '@Get()'],
    ["@Controller('health')", '@Get(`${PATH}`)'],
  ])(
    'nest add leaves the health where it is for a route in %s %s',
    async (controller, handler) => {
      const app = await NestApp.of(MODULE, {
        'src/health/health.controller.ts': controllerOf(controller, handler),
      }).add();

      expect(app.read('src/app.module.ts')).toContain(
        'MetricsModule.forRoot()',
      );
    },
  );

  test('the default namespace of nest add is the one of the package', async () => {
    const collector = new PrometheusCollector({ defaultMetrics: false });
    collector.counter('runs_total').inc();

    const { default: namespace } = SCHEMA.properties['namespace']!;
    expect(await collector.metrics()).toContain(
      `\n${String(namespace)}_runs_total 1`,
    );
  });

  test('nest add asks for the options that have a default, and for no others', () => {
    const properties = Object.entries(SCHEMA.properties);
    const names = (key: 'default' | 'x-prompt') =>
      properties
        .filter(([, property]) => key in property)
        .map(([name]) => name);

    expect(names('x-prompt')).toEqual(['namespace', 'http', 'live', 'testKit']);
    expect(names('default')).toEqual(names('x-prompt'));
  });
});

describe('the spec of the test kit', () => {
  const RUNNERS: [string, Files, string[]][] = [
    [
      'vitest',
      VITEST,
      ["from 'vitest'", "'nestjs-agent-metrics/testing/vitest'"],
    ],
    ['Jest', JEST, ["'nestjs-agent-metrics/testing/jest'"]],
    [
      'Jest with ES modules',
      manifest({ type: 'module', dependencies: { jest: '30' } }),
      ["from '@jest/globals'", "'nestjs-agent-metrics/testing/jest'"],
    ],
    [
      'the runner of npm test',
      manifest({
        scripts: { test: 'NODE_ENV=test vitest run' },
        devDependencies: { jest: '30', vitest: '4' },
      }),
      ["from 'vitest'", "'nestjs-agent-metrics/testing/vitest'"],
    ],
  ];

  test.each(RUNNERS)(
    'nest add writes a spec for %s',
    async (_name, files, parts) => {
      const app = await NestApp.of(MODULE, files).add({ testKit: true });

      const spec = app.read(SPEC);
      const found = spec.match(
        /from '(vitest|@jest\/globals)'|'[^']+\/testing\/\w+'/g,
      );
      expect(found?.toSorted()).toEqual(parts.toSorted());
      expect(syntaxErrorsOf(spec)).toEqual([]);
    },
  );

  test('nest add writes no spec without --test-kit', async () => {
    const app = await NestApp.of(MODULE, VITEST).add();

    expect(app.files).not.toHaveProperty([`/${SPEC}`]);
  });

  test('nest add writes no spec for another runner, and says so', async () => {
    const files = manifest({ devDependencies: { mocha: '11' } });
    const app = await NestApp.of(MODULE, files).add({ testKit: true });

    expect(app.files).not.toHaveProperty([`/${SPEC}`]);
    expect(app.messages).toContain(
      'package.json has neither vitest nor Jest, so that no spec is added.',
    );
  });

  test('nest add names a spec as nest generate does', async () => {
    const configuration = { generateOptions: { specFileSuffix: 'test' } };
    const app = await NestApp.of(MODULE, {
      ...VITEST,
      'nest-cli.json': JSON.stringify(configuration),
    }).add({ testKit: true });

    expect(app.read('src/agent-metrics.test.ts')).toContain(
      'MetricsTestingModule',
    );
  });

  test('a second nest add adds the spec only, and a third one nothing', async () => {
    const app = await NestApp.of(MODULE, VITEST).add();
    const module = app.read('src/app.module.ts');

    const { files } = await app.add({ testKit: true });
    expect(app.read('src/app.module.ts')).toBe(module);
    expect(files).toHaveProperty([`/${SPEC}`]);

    expect((await app.add({ testKit: true })).files).toEqual(files);
    expect(app.messages.at(-1)).toBe(
      'src/agent-metrics.spec.ts exists already, and stays as it is.',
    );
  });
});

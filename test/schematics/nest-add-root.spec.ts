import { describe, expect, test } from 'vitest';
import type { NestAddOptions } from '../../src/schematics/nest-add/nest-add.options.js';
import { type Files, MAIN, MODULE, NestApp } from './nest-app.js';

const CALL = 'MetricsModule.forRoot(';

/** An entry file that creates its app in this way. */
const creates = (create: string, from = "{ AppModule } from './app.module'") =>
  `import { NestFactory } from '@nestjs/core';
import ${from};

${create};
`;

interface Case {
  /** Completes the sentence "nest add finds the root module ...". */
  readonly title: string;
  readonly files: Files;
  readonly options?: NestAddOptions;
  /** The file that is to import MetricsModule. */
  readonly changed: string;
}

/** A case of two files: the entry file and the one of the module. */
const entry = (title: string, main: string, files: Files = {}): Case => ({
  title,
  files: { 'src/main.ts': main, 'src/app.module.ts': MODULE, ...files },
  changed: 'src/app.module.ts',
});

const CREATE = 'await NestFactory.create(AppModule)';

const ENTRIES: Case[] = [
  entry(
    'of a Fastify app',
    creates(
      'await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter())',
    ),
  ),
  entry(
    'of a microservice',
    creates('NestFactory.createMicroservice(AppModule, { port: 4000 })'),
  ),
  entry(
    'of a standalone app',
    creates('void NestFactory.createApplicationContext(AppModule)'),
  ),
  entry(
    'of a dynamic module',
    creates('NestFactory.create(await AppModule.register({ debug: true }))'),
  ),
  entry(
    'that is imported by another name',
    creates(
      'NestFactory.create(Root)',
      "{ AppModule as Root } from './app.module.js'",
    ),
  ),
  entry(
    'from the folder of the workspace',
    creates(CREATE, "{ AppModule } from 'src/app.module'"),
  ),
  entry(
    'by another name of NestFactory',
    `import * as core from '@nestjs/core';
import { AppModule } from './app.module';

core.NestFactory.create(AppModule);
`,
  ),
  entry(
    'of the app, and not that of a context before it',
    creates(
      `const config = await NestFactory.createApplicationContext(ConfigModule);\n${CREATE}`,
    ),
  ),
  entry('in brackets', creates('NestFactory.create((AppModule), {})')),
  entry(
    'of an app that imports a file outside of the workspace',
    `import '../../shared/polyfills.js';\n${MAIN}`,
  ),
  entry(
    'in a file that the entry file imports',
    "import { start } from './start.js';\n\nawait start();\n",
    { 'src/start.ts': MAIN },
  ),
];

const EXPORTS: Case[] = [
  entry('behind a folder', creates(CREATE, "{ AppModule } from '.'"), {
    'src/index.ts':
      "export * from './users.js';\nexport * from './app.module.js';\n",
    'src/users.ts': 'export const USERS = [];\n',
  }),
  entry(
    'that another file exports by another name',
    creates('NestFactory.create(Shop)', "Shop from './shop.js'"),
    {
      'src/shop.ts':
        "export { AppModule as default } from './app.module.js';\n",
    },
  ),
  entry(
    'that another file imports and exports',
    creates(CREATE, "{ AppModule } from './shop'"),
    {
      'src/shop.ts':
        "import { AppModule } from './app.module';\n\nexport { AppModule };\n",
    },
  ),
  {
    title: 'in the entry file',
    files: {
      'src/main.ts': `import { NestFactory } from '@nestjs/core';\n${MODULE}\n${CREATE};\n`,
    },
    changed: 'src/main.ts',
  },
];

const shop = {
  'apps/shop/src/main.ts': MAIN,
  'apps/shop/src/app.module.ts': MODULE,
};
const admin = {
  'apps/admin/src/server.ts': MAIN,
  'apps/admin/src/app.module.ts': MODULE,
};
const MONOREPO = {
  ...shop,
  ...admin,
  'nest-cli.json': JSON.stringify({
    sourceRoot: 'apps/shop/src',
    monorepo: true,
    projects: {
      shop: { sourceRoot: 'apps/shop/src', entryFile: 'main' },
      admin: { sourceRoot: 'apps/admin/src', entryFile: 'server' },
    },
  }),
};

const WORKSPACES: Case[] = [
  {
    title: 'by the source folder and the entry file in nest-cli.json',
    files: {
      'nest-cli.json': '{ "sourceRoot": "source", "entryFile": "server.js" }',
      'source/server.ts': MAIN,
      'source/app.module.ts': MODULE,
    },
    changed: 'source/app.module.ts',
  },
  {
    title: 'by an entry file with its folder',
    files: {
      '.nest-cli.json': '{ "sourceRoot": "src", "entryFile": "src/server" }',
      'src/server.ts': MAIN,
      'src/app.module.ts': MODULE,
    },
    changed: 'src/app.module.ts',
  },
  {
    title: 'of the default project',
    files: MONOREPO,
    changed: 'apps/shop/src/app.module.ts',
  },
  {
    title: 'of the project that --project names',
    files: MONOREPO,
    options: { project: 'admin' },
    changed: 'apps/admin/src/app.module.ts',
  },
  {
    title: 'of the project whose source folder the Nest CLI passes',
    files: MONOREPO,
    options: { sourceRoot: 'apps/admin/src' },
    changed: 'apps/admin/src/app.module.ts',
  },
  {
    title: 'that --module names on Windows',
    files: { 'src/shop/shop.module.ts': MODULE },
    options: { module: 'src\\shop\\shop.module.ts' },
    changed: 'src/shop/shop.module.ts',
  },
  {
    title: 'that --module names',
    files: { 'src/shop/shop.module.ts': MODULE },
    options: { module: './src/shop/shop.module.ts' },
    changed: 'src/shop/shop.module.ts',
  },
];

const CASES = [...ENTRIES, ...EXPORTS, ...WORKSPACES].map(
  (item): [string, Case] => [item.title, item],
);

/** A module that imports MetricsModule by a call. */
const importing = (call: string) =>
  MODULE.replace('imports: []', `imports: [${call}]`).replace(
    '\n\n',
    "\nimport { MetricsModule } from 'nestjs-agent-metrics';\n\n",
  );

describe('the root module', () => {
  test.each(CASES)(
    'nest add finds the root module %s',
    async (_title, { files, options, changed }) => {
      const app = await new NestApp(files).add(options);

      const withCall = Object.entries(app.files)
        .filter(([, text]) => text.includes(CALL))
        .map(([path]) => path);
      expect(withCall).toEqual([`/${changed}`]);
      expect(app.messages[0]).toBe(
        `${changed} imports MetricsModule. Start the app and open /metrics.`,
      );
    },
  );

  test('nest add changes nothing if another module of the app imports MetricsModule', async () => {
    const app = NestApp.of(MODULE, {
      'src/core/core.module.ts': importing(
        'MetricsModule.forRootAsync({ useFactory: () => ({}) })',
      ),
    });
    const before = app.files;

    await app.add();

    expect(app.files).toEqual(before);
    expect(app.messages).toEqual([
      'src/core/core.module.ts imports MetricsModule already, and stays as it is.',
    ]);
  });

  test('nest add changes the app that --module names, whichever other apps have MetricsModule', async () => {
    const app = await new NestApp({
      ...MONOREPO,
      'apps/shop/src/app.module.ts': importing('MetricsModule.forRoot()'),
    }).add({
      module: 'apps/admin/src/app.module.ts',
      sourceRoot: 'apps/shop/src',
    });

    expect(app.read('apps/admin/src/app.module.ts')).toContain(CALL);
  });

  test.each([
    ["import { x } from '@app/observability';\n", false],
    ["import { x } from '@app/observability/module';\n", false],
    ["import { x } from '@app/users';\n", true],
  ])(
    'nest add looks into the libraries that an app imports: %j',
    async (line, isChanged) => {
      const app = await new NestApp({
        ...MONOREPO,
        'nest-cli.json': JSON.stringify({
          sourceRoot: 'apps/shop/src',
          projects: {
            shop: { type: 'application', sourceRoot: 'apps/shop/src' },
            observability: {
              type: 'library',
              sourceRoot: 'libs/observability/src',
            },
          },
        }),
        'apps/shop/src/app.module.ts': line + MODULE,
        'libs/observability/src/observability.module.ts': importing(
          'MetricsModule.forRoot()',
        ),
      }).add();

      expect(app.read('apps/shop/src/app.module.ts').includes(CALL)).toBe(
        isChanged,
      );
    },
  );

  test('nest add says which files it cannot search, and goes on', async () => {
    const app = await NestApp.of(MODULE, {
      'src/templates/a.ts':
        "@Controller('<%= path %>')\nexport class <%= a %> {}",
      'src/b.ts':
        "@Controller('health')\nclass B { accessor x = 1; @Get() get() {} }",
    }).add();

    expect(app.read('src/app.module.ts')).toContain('/metrics-health');
    const skipped = app.messages.filter((one) => one.includes('searched'));
    expect(skipped).toEqual([
      expect.stringMatching(
        /^src\/templates\/a\.ts cannot be read: .*\. It is not searched\.$/,
      ),
    ]);
  });

  test('nest add imports MetricsModule in an app whose tests import it', async () => {
    const spec = `import { MetricsModule } from 'nestjs-agent-metrics';

const imports = [MetricsModule.forRoot()];
`;
    const app = await NestApp.of(MODULE, { 'src/app.spec.ts': spec }).add();

    expect(app.read('src/app.module.ts')).toContain(CALL);
  });
});

import { describe, expect, test } from 'vitest';
import { NestAddError } from '../../src/schematics/nest-add/nest-add-error.js';
import type { NestAddOptions } from '../../src/schematics/nest-add/nest-add.options.js';
import { type Files, MAIN, MODULE, NestApp } from './nest-app.js';

interface Case {
  readonly files: Files;
  readonly options?: NestAddOptions;
  readonly message: string;
}

/** A case in which the entry file cannot be understood. */
const main = (text: string, message: string): Case => ({
  files: { 'src/main.ts': text, 'src/app.module.ts': MODULE },
  message,
});

/** A case in which the root module cannot be edited. */
const module = (text: string, message: string): Case => ({
  files: { 'src/main.ts': MAIN, 'src/app.module.ts': text },
  message,
});

const METADATA =
  'The metadata of @Module() in src/app.module.ts, or what it spreads, is no object of this file.';

const CASES: Record<string, Case> = {
  'an app without an entry file': {
    files: { 'src/app.module.ts': MODULE },
    message: 'The entry file src/main.ts does not exist.',
  },
  'an entry file that nest-cli.json names, and that there is not': {
    files: { 'nest-cli.json': '{ "entryFile": "server" }' },
    message:
      'The entry file src/server.ts, which nest-cli.json names, does not exist.',
  },
  'an entry file that creates no app': main(
    "console.log('Hello');\n",
    'src/main.ts has no NestFactory.create() with the class of a module.',
  ),
  'an app of one of two modules': main(
    MAIN.replace('(AppModule)', '(isTest ? TestModule : AppModule)'),
    'src/main.ts has no NestFactory.create() with the class of a module.',
  ),
  'an entry file that creates an app of either of two modules': main(
    `${MAIN}if (isWorker) await NestFactory.create(WorkerModule);\n`,
    'src/main.ts creates apps from AppModule and WorkerModule.',
  ),
  'a module outside of the workspace': main(
    MAIN.replace('./app.module.js', '../../shop/app.module.js'),
    'src/main.ts creates the app from AppModule, and the file of this class cannot be found.',
  ),
  'a file of --module outside of the workspace': {
    files: { 'src/main.ts': MAIN },
    options: { module: '../shop/src/app.module.ts' },
    message: '../shop/src/app.module.ts does not exist.',
  },
  'a module of a package': main(
    MAIN.replace('./app.module.js', '@shop/modules'),
    'src/main.ts creates the app from AppModule, and the file of this class cannot be found.',
  ),
  'files that export each other': {
    files: {
      'src/main.ts': MAIN,
      'src/app.module.ts': "export * from './shop.js';\n",
      'src/shop.ts': "export * from './app.module.js';\n",
    },
    message:
      'src/main.ts creates the app from AppModule, and the file of this class cannot be found.',
  },
  'a file that has syntax errors': module(
    'export class AppModule {',
    'src/app.module.ts cannot be read: Unexpected token (1:24)',
  ),
  'a class without @Module()': module(
    'export class AppModule {}\n',
    'AppModule in src/app.module.ts has no @Module().',
  ),
  '@Module() without metadata': module(
    MODULE.replace('{ imports: [] }', ''),
    METADATA,
  ),
  'metadata of another file': module(
    MODULE.replace('{ imports: [] }', 'METADATA'),
    METADATA,
  ),
  'metadata with a spread of another file': module(
    MODULE.replace('imports: []', 'imports: [], ...METADATA'),
    METADATA,
  ),
  'imports that are a getter': module(
    MODULE.replace('imports: []', 'get imports() { return []; }'),
    'imports in src/app.module.ts is no list.',
  ),
  'a nest-cli.json that is no JSON': {
    files: { 'nest-cli.json': 'sourceRoot: src' },
    message: 'nest-cli.json cannot be read: ',
  },
  'a project that there is not': {
    files: {
      'nest-cli.json': '{ "projects": { "shop": {}, "admin": {} } }',
    },
    options: { project: 'stop' },
    message: 'nest-cli.json has no project "stop"; its projects: shop, admin.',
  },
  'a file of --module that there is not': {
    files: { 'src/main.ts': MAIN },
    options: { module: 'src/shop.module.ts' },
    message: 'src/shop.module.ts does not exist.',
  },
  'a file of --module with two modules': {
    files: {
      'src/app.module.ts':
        MODULE +
        MODULE.replace(/.*\n\n/, '\n').replace('AppModule', 'UsersModule'),
    },
    options: { module: 'src/app.module.ts' },
    message:
      'src/app.module.ts has 2 classes with @Module(), and must have one.',
  },
};

describe('an app that cannot be changed', () => {
  test.each(Object.entries(CASES))(
    'nest add leaves %s as it is, and says what to write by hand',
    async (_title, { files, options, message }) => {
      const app = new NestApp(files);
      const before = app.files;

      const error: unknown = await app
        .add({ live: true, testKit: true, ...options })
        .catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(NestAddError);
      expect((error as Error).message.startsWith(message)).toBe(true);
      expect((error as Error).message).toContain(`
No source file is changed. ${
        options?.module === undefined
          ? 'Name the file of the root module with --module, or write into it by hand'
          : 'Write into the root module by hand'
      }:

  import { MetricsModule } from 'nestjs-agent-metrics';

  @Module({
    imports: [MetricsModule.forRoot({ live: true })],
  })
`);
      expect(app.files).toEqual(before);
    },
  );
});

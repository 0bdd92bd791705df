import type { Rule, Tree } from '@angular-devkit/schematics';
import { HostTree } from '@angular-devkit/schematics';
import {
  SchematicTestRunner,
  UnitTestTree,
} from '@angular-devkit/schematics/testing/index.js';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';
import { lastValueFrom } from 'rxjs';
import { nestAdd } from '../../src/schematics/nest-add/nest-add.js';
import type { NestAddOptions } from '../../src/schematics/nest-add/nest-add.options.js';

const inSchematics = (path: string) =>
  fileURLToPath(new URL(`../../src/schematics/${path}`, import.meta.url));

interface Schema {
  properties: Record<string, { default?: unknown; 'x-prompt'?: string }>;
}

export const SCHEMA = JSON.parse(
  readFileSync(inSchematics('nest-add/schema.json'), 'utf8'),
) as Schema;

/** The defaults that the Nest CLI passes where nothing is asked. */
const DEFAULTS = Object.fromEntries(
  Object.entries(SCHEMA.properties).map(([name, { default: value }]) => [
    name,
    value,
  ]),
);

export type Files = Readonly<Record<string, string>>;

export const MAIN = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
await app.listen(3000);
`;

/** The root module of most tests. */
export const MODULE = `import { Module } from '@nestjs/common';

@Module({ imports: [] })
export class AppModule {}
`;

/** An app in memory, which `nest add` changes. */
export class NestApp {
  readonly messages: string[] = [];
  private tree: Tree = new HostTree();

  constructor(files: Files) {
    for (const [path, text] of Object.entries(files)) {
      this.tree.create(path, text);
    }
  }

  /** An app of a root module, with the entry file of `nest new`. */
  static of(module: string, files: Files = {}): NestApp {
    return new NestApp({
      'src/main.ts': MAIN,
      'src/app.module.ts': module,
      ...files,
    });
  }

  /** Runs the schematic as the Nest CLI does without questions. Rejects if it fails; files stay as they are then. */
  async add(options: NestAddOptions = {}): Promise<this> {
    const runner = new SchematicTestRunner(
      'nestjs-agent-metrics',
      inSchematics('collection.json'),
    );
    runner.logger.subscribe(({ message }) => this.messages.push(message));
    const schematic = nestAdd({ ...DEFAULTS, ...options });
    const rule: Rule = (tree, context) =>
      schematic(tree, { ...context, logger: runner.logger });
    const branch = this.tree.branch();
    this.tree = await lastValueFrom(runner.callRule(rule, branch));
    return this;
  }

  read(path: string): string {
    return this.tree.readText(path);
  }

  get files(): Files {
    const paths = new UnitTestTree(this.tree).files;
    return Object.fromEntries(paths.map((path) => [path, this.read(path)]));
  }
}

/** What a parser other than that of the schematic says against a file. */
export function syntaxErrorsOf(text: string): string[] {
  return parseSync('file.ts', text).errors.map(({ message }) => message);
}

import type { Rule, SchematicContext, Tree } from '@angular-devkit/schematics';
import { posix } from 'node:path';
import { PACKAGE } from '../../core/package.js';
import { inStyle, styleOf } from './code-style.js';
import { addToImports } from './module-edit.js';
import { NestAddError, withManualSteps } from './nest-add-error.js';
import {
  forRootCall,
  type NestAddOptions,
  OTHER_HEALTH_PATH,
} from './nest-add.options.js';
import { Formatter } from './prettier.js';
import { registers } from './registration.js';
import {
  findModuleIn,
  findRootModule,
  type RootModule,
} from './root-module.js';
import { hasRoute } from './routes.js';
import { type SourceFile, SourceFiles } from './source-file.js';
import { specOf } from './spec-template.js';
import { Workspace } from './workspace.js';

/** The schematic that `nest add nestjs-agent-metrics` runs. Errors leave all files as they are. */
export function nestAdd(options: NestAddOptions): Rule {
  return async (tree, context) => {
    try {
      await new NestAdd(tree, context, options).run();
    } catch (error) {
      if (!(error instanceof NestAddError)) throw error;
      throw withManualSteps(error, forRootCall('MetricsModule', options));
    }
  };
}

class NestAdd {
  private readonly workspace: Workspace;
  private readonly files: SourceFiles;
  private readonly formatter: Formatter;

  constructor(
    private readonly tree: Tree,
    private readonly context: SchematicContext,
    private readonly options: NestAddOptions,
  ) {
    this.workspace = new Workspace(tree, options);
    this.files = new SourceFiles(tree);
    this.formatter = new Formatter(process.cwd(), (message) =>
      context.logger.warn(message),
    );
  }

  async run(): Promise<void> {
    const root = this.findRoot();
    const present = this.findSource(root, PACKAGE, registers);
    if (present === undefined) await this.addModule(root);
    else
      this.log(`${present} imports MetricsModule already, and stays as it is.`);
    if (this.options.testKit) await this.addSpec(root);
  }

  private findRoot(): RootModule {
    const { module } = this.options;
    return module === undefined
      ? findRootModule(this.files, this.workspace.entryFile)
      : findModuleIn(this.files, posix.normalize(module));
  }

  /** The path of a source file of the app. The root module may be elsewhere than the other files. */
  private findSource(
    { file }: RootModule,
    part: string,
    check: (file: SourceFile) => boolean,
  ): string | undefined {
    return [posix.dirname(file.path), this.workspace.sourceRoot]
      .map((folder) => this.files.find(folder, part, check))
      .find((found) => found !== undefined)?.path;
  }

  private async addModule(root: RootModule): Promise<void> {
    const { path, text } = root.file;
    const health = this.findSource(root, '@Controller(', (file) =>
      hasRoute(file, '/health'),
    );
    const options = { ...this.options, hasHealth: health !== undefined };
    const edited = addToImports(root, (name) => forRootCall(name, options));
    const formatted = await this.formatter.formatChanged(path, text, edited);
    this.tree.overwrite(path, formatted);
    this.log(`${path} imports MetricsModule. Start the app and open /metrics.`);
    if (options.live) this.log('The live page is at /metrics/live.');
    if (health !== undefined) {
      this.log(
        `${health} has a route at /health, so that the health of the metrics is at ${OTHER_HEALTH_PATH}.`,
      );
    }
  }

  private async addSpec({ file }: RootModule): Promise<void> {
    const { runner, specSuffix, isModule } = this.workspace;
    const path = posix.join(
      posix.dirname(file.path),
      `agent-metrics.${specSuffix}.ts`,
    );
    if (runner === undefined) {
      this.context.logger.warn(
        'package.json has neither vitest nor Jest, so that no spec is added.',
      );
    } else if (this.tree.exists(path)) {
      this.log(`${path} exists already, and stays as it is.`);
    } else {
      const code = inStyle(specOf(runner, isModule), styleOf(file));
      this.tree.create(path, await this.formatter.format(path, code));
      this.log(`${path} is a first spec; the test command of the app runs it.`);
    }
  }

  private log(message: string): void {
    this.context.logger.info(message);
  }
}

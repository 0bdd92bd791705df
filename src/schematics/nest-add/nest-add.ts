import type { Rule, SchematicContext, Tree } from '@angular-devkit/schematics';
import { posix } from 'node:path';
import { PACKAGE } from '../../core/package.js';
import { type Paths, pathsOf } from '../../http/resources.js';
import { inStyle, styleOf } from './code-style.js';
import { addToImports } from './module-edit.js';
import { NestAddError, withManualSteps } from './nest-add-error.js';
import { forRootCall, type NestAddOptions } from './nest-add.options.js';
import { Formatter } from './prettier.js';
import { registers } from './registration.js';
import {
  findModuleIn,
  findRootModule,
  type RootModule,
} from './root-module.js';
import { hasRouteAt } from './routes.js';
import { type SourceFile, SourceFiles } from './source-file.js';
import { specOf } from './spec-template.js';
import { Workspace } from './workspace.js';

/** What the module serves in an app. */
interface Served {
  readonly path: string;
  /** With its verb, for messages. */
  readonly name: string;
  /** The path for apps that have a route at one of these. */
  readonly other: string;
}

const METRICS: Served = {
  path: '/metrics',
  name: 'metrics are',
  other: '/agent-metrics',
};
const HEALTH: Served = {
  path: '/health',
  name: 'health of the metrics is',
  other: '/metrics-health',
};

/** The schematic that `nest add nestjs-agent-metrics` runs. Errors leave all files as they are. */
export function nestAdd(options: NestAddOptions): Rule {
  return async (tree, context) => {
    try {
      await new NestAdd(tree, context, options).run();
    } catch (error) {
      if (!(error instanceof NestAddError)) throw error;
      const call = forRootCall('MetricsModule', options);
      throw withManualSteps(error, call, options.module !== undefined);
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
    this.files = new SourceFiles(tree, (reason) =>
      context.logger.warn(`${reason}. It is not searched.`),
    );
    this.formatter = new Formatter(process.cwd(), (message) =>
      context.logger.warn(message),
    );
  }

  async run(): Promise<void> {
    const root = this.findRoot();
    const present =
      this.findSource(root, PACKAGE, registers) ?? this.findInLibraries(root);
    if (present === undefined) await this.addModule(root);
    else
      this.log(`${present} imports MetricsModule already, and stays as it is.`);
    if (this.options.testKit) await this.addSpec(root);
  }

  private findRoot(): RootModule {
    const { module } = this.options;
    return module === undefined
      ? findRootModule(this.files, this.workspace.entryFile)
      : findModuleIn(this.files, posix.normalize(module.replaceAll('\\', '/')));
  }

  /** The path of a source file of the app. The root module may be elsewhere than the other files. */
  private findSource(
    { file }: RootModule,
    part: string,
    check: (file: SourceFile) => boolean,
  ): string | undefined {
    const { options, workspace } = this;
    const sourceRoot =
      options.module === undefined
        ? workspace.sourceRoot
        : workspace.sourceRootOf(file.path);
    const folder = posix.dirname(file.path);
    return [...new Set([folder, sourceRoot ?? folder])]
      .map((one) => this.files.find(one, part, check))
      .find((found) => found !== undefined)?.path;
  }

  /** The path of a file that imports MetricsModule in a library that the app imports. */
  private findInLibraries(root: RootModule): string | undefined {
    return this.workspace.libraries
      .filter(([name]) => this.findSource(root, `/${name}`, importing(name)))
      .map(([, folder]) => this.files.find(folder, PACKAGE, registers))
      .find((found) => found !== undefined)?.path;
  }

  private async addModule(root: RootModule): Promise<void> {
    const { path, text } = root.file;
    const { live = false } = this.options;
    const page = live && livePageOf(METRICS.path);
    const pages = pathsOf(METRICS.path, false, page);
    const metrics = this.pathBeside(root, METRICS, pages);
    const probes = pathsOf(false, HEALTH.path);
    const health = this.pathBeside(root, HEALTH, probes);
    const options = {
      ...this.options,
      metricsPath: metrics.other,
      healthPath: health.other,
    };
    const edited = addToImports(root, (name) => forRootCall(name, options));
    const formatted = await this.formatter.formatChanged(path, text, edited);
    this.tree.overwrite(path, formatted);
    const open = metrics.other ?? METRICS.path;
    this.log(`${path} imports MetricsModule. Start the app and open ${open}.`);
    if (live) this.log(`The live page is at ${livePageOf(open)}.`);
    for (const { reason } of [metrics, health]) {
      if (reason !== undefined) this.log(reason);
    }
  }

  /** Another path for what would be where the app has a route of its own, and why. */
  private pathBeside(
    root: RootModule,
    { path, name, other }: Served,
    paths: Paths,
  ) {
    const taken = this.findSource(root, '@Controller(', (file) =>
      hasRouteAt(file, paths),
    );
    if (taken === undefined) return {};
    const reason = `${taken} has a route at ${path} or below, so that the ${name} at ${other}.`;
    return { other, reason };
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

const livePageOf = (metrics: string) => `${metrics}/live`;

/** Whether a file imports a library of the monorepo, by the path that the Nest CLI gives it: `@app/name`. */
const importing =
  (name: string) =>
  ({ imports }: SourceFile): boolean =>
    imports.some(({ source }) => `${source.value}/`.includes(`/${name}/`));

import type { Tree } from '@angular-devkit/schematics';
import { posix } from 'node:path';
import { NestAddError } from './nest-add-error.js';
import type { NestAddOptions } from './nest-add.options.js';

const CONFIGURATIONS = ['nest-cli.json', '.nest-cli.json'];
const DEFAULTS = { sourceRoot: 'src', entryFile: 'main' };

interface NestProject {
  readonly type?: string;
  readonly sourceRoot?: string;
  readonly entryFile?: string;
}

/** What is read of `nest-cli.json`. */
interface NestConfiguration extends NestProject {
  readonly projects?: Readonly<Record<string, NestProject>>;
  readonly generateOptions?: { readonly specFileSuffix?: string };
}

/** What is read of `package.json`. */
interface Manifest {
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The runner of the app's tests. */
export type Runner = 'vitest' | 'jest';

/** The app that the schematic changes, as `nest-cli.json` and `package.json` describe it. */
export class Workspace {
  private readonly configurationPath: string | undefined;
  private readonly configuration: NestConfiguration;
  private readonly project: NestProject;
  private readonly manifest: Manifest;

  constructor(
    private readonly tree: Tree,
    options: NestAddOptions,
  ) {
    const path = CONFIGURATIONS.find((name) => tree.exists(name));
    this.configurationPath = path;
    this.configuration = path === undefined ? {} : readJson(tree, path);
    this.project = { ...DEFAULTS, ...this.projectOf(options) };
    this.manifest = tree.exists('package.json')
      ? readJson(tree, 'package.json')
      : {};
  }

  get sourceRoot(): string {
    return this.project.sourceRoot!;
  }

  /** The file that the app starts with. */
  get entryFile(): string {
    const { sourceRoot } = this;
    const name = this.project.entryFile!.replace(/\.[jt]s$/, '');
    const candidates = [sourceRoot, posix.dirname(sourceRoot)].map((folder) =>
      posix.join(folder, `${name}.ts`),
    );
    const found = candidates.find((path) => this.tree.exists(path));
    if (found !== undefined) return found;
    const namer = this.configurationPath;
    throw new NestAddError(
      `The entry file ${candidates[0]}${namer ? `, which ${namer} names,` : ''} does not exist.`,
    );
  }

  /** The source folder of the project that a file is in; `undefined` if it is in none. */
  sourceRootOf(path: string): string | undefined {
    const { projects = {} } = this.configuration;
    return [this.project, ...Object.values(projects)]
      .flatMap(({ sourceRoot }) => sourceRoot ?? [])
      .filter((root) => path.startsWith(`${posix.normalize(root)}/`))
      .sort((a, b) => b.length - a.length)[0];
  }

  /** The names and source folders of the libraries of a monorepo. */
  get libraries(): readonly (readonly [name: string, sourceRoot: string])[] {
    return Object.entries(this.configuration.projects ?? {})
      .filter(([, { type }]) => type === 'library')
      .flatMap(([name, { sourceRoot }]) =>
        sourceRoot === undefined ? [] : [[name, sourceRoot] as const],
      );
  }

  /** The part of a spec's file name before `.ts`. */
  get specSuffix(): string {
    return this.configuration.generateOptions?.specFileSuffix ?? 'spec';
  }

  get isModule(): boolean {
    return this.manifest.type === 'module';
  }

  /** The runner that `npm test` starts, or else the one that is installed; `undefined` if it is neither vitest nor Jest. */
  get runner(): Runner | undefined {
    const { scripts, dependencies, devDependencies } = this.manifest;
    const installed = Object.keys({ ...dependencies, ...devDependencies });
    const [, started] = /\b(vitest|jest)\b/.exec(scripts?.['test'] ?? '') ?? [];
    const runners = [started, ...installed];
    return runners.find((name) => name === 'vitest' || name === 'jest');
  }

  private projectOf({ project, sourceRoot }: NestAddOptions): NestProject {
    const { projects = {} } = this.configuration;
    if (project !== undefined) return named(projects, project);
    const root = sourceRoot ?? this.configuration.sourceRoot;
    const found = Object.values(projects).find((p) => p.sourceRoot === root);
    const { entryFile = DEFAULTS.entryFile } = this.configuration;
    return { entryFile, sourceRoot: root ?? DEFAULTS.sourceRoot, ...found };
  }
}

function named(
  projects: Readonly<Record<string, NestProject>>,
  name: string,
): NestProject {
  const project = projects[name];
  if (project !== undefined) return project;
  const known = Object.keys(projects).join(', ') || 'none';
  throw new NestAddError(
    `nest-cli.json has no project "${name}"; its projects: ${known}.`,
  );
}

function readJson<T>(tree: Tree, path: string): T {
  try {
    return tree.readJson(path) as T;
  } catch (cause) {
    throw new NestAddError(
      `${path} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}

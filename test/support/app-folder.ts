import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tempFolder } from './temp.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What an app with the package has in its `node_modules` at least. */
const DEPENDENCIES = [
  '@nestjs',
  '@opentelemetry',
  'prom-client',
  'reflect-metadata',
  'rxjs',
  'tdigest',
];

/** A folder with an app of its own, outside of this repository. */
export class AppFolder {
  readonly path = tempFolder();

  /** @param packages what it imports beside the package itself. */
  constructor(packages: readonly string[] = DEPENDENCIES) {
    this.write('package.json', '{ "type": "module" }');
    for (const name of packages) {
      const target = join(this.path, 'node_modules', name);
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), target);
    }
  }

  /** Installs a package, as it is in this repository's `node_modules`, as a copy of its own. */
  copyPackage(name: string, into: string): void {
    cpSync(join(ROOT, 'node_modules', name), this.of(into), {
      recursive: true,
      dereference: true,
    });
  }

  /** Installs the built package. */
  install(into = 'node_modules/nestjs-agent-metrics'): void {
    for (const one of ['package.json', 'dist']) {
      if (!existsSync(join(ROOT, one))) throw new Error('Run npm run build');
      cpSync(join(ROOT, one), join(this.of(into), one), { recursive: true });
    }
  }

  write(path: string, text: string): void {
    const file = this.of(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(this.of(path), 'utf8');
  }

  of(path: string): string {
    return join(this.path, path);
  }

  run(path: string): Promise<string> {
    return runFile(this.of(path));
  }
}

/** Runs a file with Node.js and returns what it prints, on both streams. Rejects if it fails or does not end. */
export async function runFile(file: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [file],
    {
      cwd: dirname(file),
      timeout: 60_000,
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  return stdout + stderr;
}

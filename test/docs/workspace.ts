import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { type Block, ROOT } from './markdown.js';

const exec = promisify(execFile);

/** A git-ignored folder below the root, where the package resolves by its own name. */
export const WORKSPACE = `${ROOT}coverage/snippets-${process.pid}`;

const VITEST = `${ROOT}node_modules/vitest/vitest.mjs`;

/** Where the blocks of a document go. */
export function folderOf(document: string): string {
  return `${WORKSPACE}/${document.replace(/\W/g, '-')}`;
}

/** Where the block goes: blocks that say their path belong together, per document. */
export function fileOf({ document, line, code }: Block): string {
  const path = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? `line-${line}.ts`;
  return `${folderOf(document)}/${path}`;
}

export function put(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

export function removeWorkspace(): void {
  rmSync(WORKSPACE, { recursive: true, force: true });
}

/** Compiles all blocks in one program, as this repository is. Returns the errors by block. */
export function compile(blocks: readonly Block[]): string[] {
  const byFile = new Map(blocks.map((block) => [fileOf(block), block]));
  for (const [file, { code }] of byFile) {
    put(file, code.replace(/\b9090\b/g, '0'));
  }
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (file) =>
    ts.sys.readFile(file),
  );
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.config.compilerOptions, rootDir: undefined, outDir: undefined },
    ROOT,
  );
  const program = ts.createProgram([...byFile.keys()], {
    ...options,
    declaration: false,
    sourceMap: false,
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(
    ({ file, start = 0, messageText }) => {
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      const block = byFile.get(file?.fileName ?? '');
      if (file === undefined || block === undefined) return message;
      const { line } = file.getLineAndCharacterOfPosition(start);
      return `${block.document}:${block.line + line}: ${message}`;
    },
  );
}

/** Runs a compiled file in a process of its own, a test by vitest. Rejects if it fails or does not end. */
export async function run(file: string): Promise<string> {
  const compiled = file.replace(/\.ts$/, '.js');
  const args = compiled.endsWith('.spec.js') ? vitestArguments() : [];
  const { stdout } = await exec(process.execPath, [...args, compiled], {
    cwd: dirname(file),
    timeout: 180_000,
  });
  return stdout;
}

/** Runs vitest without the configuration of this repository. */
function vitestArguments(): string[] {
  const config = put(
    `${WORKSPACE}/vitest.config.mjs`,
    `export default { root: import.meta.dirname, test: { include: ['**/*.spec.js'], testTimeout: 60_000 } };`,
  );
  return [VITEST, 'run', '--config', config];
}

/**
 * Starts a compiled app as `main.ts` of `nest new` does, on a free port, and runs
 * commands of the shell on it that speak of port 3000. Returns what they print.
 */
export function runApp(module: string, commands: string): Promise<string> {
  const text = `
    import { exec } from 'node:child_process';
    import { NestFactory } from '@nestjs/core';
    import { AppModule } from ${JSON.stringify(module.replace(/\.ts$/, '.js'))};
    const app = await NestFactory.create(AppModule, { logger: ['error'] });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address();
    const commands = ${JSON.stringify(commands)}.replaceAll('localhost:3000', '127.0.0.1:' + port);
    exec(commands, { maxBuffer: 1e7 }, async (error, stdout) => {
      await app.close();
      console.log(stdout);
      process.exitCode = error === null ? 0 : 1;
    });`;
  return run(put(`${dirname(module)}/run-app.js`, text));
}

/**
 * Lets promtool check a text as what it is, e.g. `config`. Rejects with its words.
 *
 * @returns false if there is no promtool, which CI does not excuse.
 */
export async function promtool(kind: string, text: string): Promise<boolean> {
  const file = put(`${WORKSPACE}/promtool/${randomUUID()}.yml`, text);
  // The files that a configuration names are where it is used, and not here.
  const options = kind === 'config' ? ['--syntax-only'] : [];
  try {
    await exec('promtool', ['check', kind, ...options, file]);
    return true;
  } catch (error) {
    const { code, stdout, stderr } = error as Record<string, string>;
    if (code === 'ENOENT' && !process.env['CI']) return false;
    throw new Error(`promtool check ${kind}: ${stdout}${stderr}`, {
      cause: error,
    });
  }
}

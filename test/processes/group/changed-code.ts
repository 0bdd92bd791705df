import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { tempFolder } from '../../support/temp.js';
import type { GroupCode } from './group-world.js';

const SOURCE = fileURLToPath(
  new URL('../../../src/processes/group', import.meta.url),
);

/** A change of the code: one piece of it, and what stands there instead. */
export interface CodeChange {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Loads a copy of the group's code with a change.
 *
 * @throws {Error} unless the piece is in the file exactly once.
 */
export async function loadChanged(change: CodeChange): Promise<GroupCode> {
  const folder = tempFolder();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const file of readdirSync(SOURCE)) {
    const source = readFileSync(join(SOURCE, file), 'utf8');
    const code = file === change.file ? changed(source, change) : source;
    const { outputText } = transpileModule(code, {
      compilerOptions: {
        module: ModuleKind.ESNext,
        target: ScriptTarget.ES2023,
      },
    });
    writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), outputText);
  }
  const load = (file: string) =>
    import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href);
  return { ...(await load('group.js')), ...(await load('group-member.js')) };
}

function changed(source: string, { file, from, to }: CodeChange): string {
  if (source.split(from).length !== 2) {
    throw new Error(`${file} does not have this exactly once: ${from}`);
  }
  return source.replace(from, () => to);
}

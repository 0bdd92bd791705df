import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import ts from 'typescript';
import { freePort, waitFor } from '../support/http.js';
import { start } from '../support/processes.js';
import { type Block, blocksOf, DOCUMENTS, ROOT, stepsOf } from './markdown.js';
import { folderOf, put } from './workspace.js';

/** The files of `nest new`, as the schematics of NestJS have them. */
const NEST_NEW = `${ROOT}node_modules/@nestjs/schematics/dist/lib/application/files/ts-esm/src/`;

/** What the schematics add only where readers ask for Nest's own observability. */
const OBSERVE = /<% if \(observe\) \{ %>[\s\S]*?<% \} %>/g;

/** What a test does not run: it has the packages, and starts the app itself. */
const NOT_RUN = /^(npm|npx|node) /;

const GUIDES = DOCUMENTS.filter((one) => one.startsWith('docs/guides/'));

/** Commands of a page whose output it shows. */
function checksOf(document: string) {
  return stepsOf(document).flatMap(({ commands, shown }) =>
    shown === undefined || NOT_RUN.test(commands)
      ? []
      : [{ commands, shown: shown.split('\n') }],
  );
}

export const GUIDES_WITH_CHECKS = GUIDES.filter(
  (document) => checksOf(document).length > 0,
);

/** Blocks that the app of a guide runs, most of which serve until they are stopped. */
export function isOfApp({ document, code }: Block): boolean {
  const isEntry = /^\/\/ src\/(main|cluster|app\.module)\.ts\n/.test(code);
  return isEntry && GUIDES_WITH_CHECKS.includes(document);
}

/** Puts the files of `nest new` where the guides have none of their own. */
export function putNestNew(): void {
  for (const document of GUIDES) {
    const own = blocksOf(document).map(({ code }) => code.split('\n')[0]);
    for (const name of ['app.controller.ts', 'app.service.ts', 'main.ts']) {
      if (own.includes(`// src/${name}`)) continue;
      const text = readFileSync(NEST_NEW + name, 'utf8').replace(OBSERVE, '');
      put(`${folderOf(document)}/src/${name}`, text);
      // No block imports main.ts, so that the compiler does not meet it.
      if (name === 'main.ts') putCompiled(document, text);
    }
  }
}

function putCompiled(document: string, text: string): void {
  const module = ts.ModuleKind.ESNext;
  const target = ts.ScriptTarget.ES2022;
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module, target },
  });
  put(`${folderOf(document)}/src/main.js`, outputText);
}

/** The block that starts the app: its other lines prepare it. */
function startOf(document: string): { preparation: string; entry: string } {
  const code =
    blocksOf(document).find(({ code }) => /^(npm start|node dist)/m.test(code))
      ?.code ?? '';
  const lines = code.split('\n').filter((line) => !NOT_RUN.test(line));
  const [, entry = 'main'] = /^node dist\/(\w+)\.js/m.exec(code) ?? [];
  return { preparation: lines.join('\n'), entry: `src/${entry}.js` };
}

/** Starts the app of a guide as the guide says, and runs its checks. */
export async function runGuide(
  document: string,
): Promise<{ shown: string; printed: string }[]> {
  const port = await freePort();
  const { preparation, entry } = startOf(document);
  const script = `cd '${folderOf(document)}'\n${preparation}\nexec node ${entry}`;
  const app = start('bash', ['-c', script], { PORT: `${port}` });
  const processes = entry.includes('cluster') ? 4 : 1;
  const started = () =>
    app.output().split('Serves metrics at').length > processes;
  try {
    await waitFor(started, `the app of ${document}`, 60).catch((cause) => {
      throw new Error(app.output(), { cause });
    });
    return await runChecks(document, port);
  } finally {
    await app.stop();
  }
}

async function runChecks(document: string, port: number) {
  const results: { shown: string; printed: string }[] = [];
  for (const { commands, shown } of checksOf(document)) {
    const { stdout } = await promisify(exec)(
      commands.replaceAll('localhost:3000', `127.0.0.1:${port}`),
      { cwd: folderOf(document), maxBuffer: 1e7, shell: 'bash' },
    );
    for (const line of shown) results.push({ shown: line, printed: stdout });
  }
  return results;
}

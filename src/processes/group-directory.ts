import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { messageOf, OptionsError } from '../core/errors.js';
import type { ProcessesConfig } from './processes.options.js';

/** Names the directory, if the option does not. */
const DIRECTORY = 'NESTJS_AGENT_METRICS_DIRECTORY';

/** Passes the directory on to forked processes and threads, with the package that it belongs to. */
const INHERITED = 'NESTJS_AGENT_METRICS_GROUP';

/** Memory as a file system: saves do not wait for a disk. */
const SHARED_MEMORY = '/dev/shm';

/** Bytes that must be free in it: containers often have 64 MB. */
const MIN_FREE = 16 * 1024 * 1024;

/**
 * The directory of the members: that of the options, of the environment, or of the process that
 * started this one; else one that all processes of the same user and entry file find.
 */
// Why: docs/decisions/processes.md, "The members find their directory without configuration".
export function chooseDirectory({
  directory,
  name = '',
}: ProcessesConfig): string {
  const given = directory ?? process.env[DIRECTORY];
  if (given !== undefined && given !== '') return resolve(given);
  const root = packageRoot();
  const mark = `${root}\n${name}\n`;
  const inherited = process.env[INHERITED];
  if (inherited?.startsWith(mark)) {
    const found = inherited.slice(mark.length);
    if (isAbsolute(found)) return found;
  }
  const id = createHash('sha256')
    .update([userInfo().uid, ...entry(), name].join('\n'))
    .digest('hex')
    .slice(0, 16);
  const chosen = join(baseFolder(), `agent-metrics-${userInfo().uid}-${id}`);
  process.env[INHERITED] = mark + chosen;
  return chosen;
}

/** What the processes of an app have in common. PM2 starts all apps by a file of its own. */
function entry(): readonly string[] {
  const { PM2_HOME, pm_id, namespace, name } = process.env;
  if (pm_id !== undefined) return [PM2_HOME ?? '', namespace ?? '', name ?? ''];
  const file = entryFile();
  return [file === undefined ? process.cwd() : resolve(file)];
}

/** The entry file of the process. That of a thread is another one, and may belong to another package: a pool has its own. */
function entryFile(): string | undefined {
  if (isMainThread) return process.argv[1];
  const report = process.report.getReport() as unknown as NodeReport;
  // Threads have the same options of Node.js unless they are given others.
  return report.header.commandLine[1 + process.execArgv.length];
}

/** The part of a report of Node's that says how the process was started. */
interface NodeReport {
  readonly header: { readonly commandLine: readonly string[] };
}

/** The folder of the nearest package, which forks and threads of an app share. */
function packageRoot(): string {
  let folder = dirname(resolve(entryFile() ?? 'index.js'));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return '';
    folder = parent;
  }
  return folder;
}

function baseFolder(): string {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (bavail * bsize >= MIN_FREE) return SHARED_MEMORY;
  } catch {
    // Other systems than Linux have none.
  }
  return tmpdir();
}

/**
 * Makes the directory, if it does not exist, and checks that no other user can write in it.
 *
 * @throws {OptionsError} naming the directory and the reason.
 */
export async function prepareDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await lstat(directory);
    if (found.isSymbolicLink()) await checkTarget(directory);
    checkOwner(await stat(directory));
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new OptionsError(
      `processes.directory is "${directory}", which cannot be used: ${messageOf(error)}; expected a directory that this user owns and no other user can write in`,
    );
  }
}

/** A link that another user could change leads elsewhere tomorrow. */
async function checkTarget(directory: string): Promise<void> {
  const { uid } = await lstat(directory);
  if (process.getuid?.() === uid) return;
  throw new Error('it is a symbolic link of another user');
}

function checkOwner(found: {
  uid: number;
  mode: number;
  isDirectory(): boolean;
}): void {
  if (!found.isDirectory()) throw new Error('it is no directory');
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (found.uid !== uid) throw new Error(`it belongs to the user ${found.uid}`);
  if ((found.mode & 0o022) !== 0) {
    throw new Error(
      `others can write in it (mode ${(found.mode & 0o777).toString(8)})`,
    );
  }
}

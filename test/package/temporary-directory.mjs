import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that goes when this process does, however it ends. */
export async function temporaryDirectory(name) {
  const directory = await mkdtemp(join(tmpdir(), `${name}-`));
  process.once('exit', () =>
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
  return directory;
}

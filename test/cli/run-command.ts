import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/run-cli.js';

/** The built command line. */
export const BUILT = fileURLToPath(
  new URL('../../dist/cli.js', import.meta.url),
);

/** Runs a command line, and gives its exit code and what it writes. */
export async function run(...args: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCli(args, {
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
  });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

import { parseArgs } from 'node:util';
import { isHttpUrl, readPort } from './config.js';
import { play } from './load/play.js';

/** Plays questions through a running sample app: `load.js [base URL] [--runs N]`. */
async function main(): Promise<void> {
  const { baseUrl, runs } = readArguments();
  console.log(`Playing ${runs} runs through ${baseUrl}`);
  const { answered, failed } = await play(baseUrl, runs).catch((error) => {
    throw new Error(
      `the app at ${baseUrl} cannot be reached; start it with npm start`,
      { cause: error },
    );
  });
  console.log(`played ${runs} runs: ${answered} answered, ${failed} failed`);
}

function readArguments(): { baseUrl: string; runs: number } {
  const { values, positionals } = parseArgs({
    options: { runs: { type: 'string', default: '30' } },
    allowPositionals: true,
  });
  const baseUrl = positionals[0] ?? `http://localhost:${readPort(process.env)}`;
  if (!isHttpUrl(baseUrl)) {
    throw new Error(
      `the base URL is "${baseUrl}"; expected one like http://localhost:3000`,
    );
  }
  if (!/^[1-9]\d*$/.test(values.runs)) {
    throw new Error(`--runs is "${values.runs}"; expected an integer from 1`);
  }
  return { baseUrl, runs: Number(values.runs) };
}

try {
  await main();
} catch (error) {
  console.error(`Cannot play: ${(error as Error).message}`);
  process.exitCode = 1;
}

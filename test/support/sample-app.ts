import { fileURLToPath } from 'node:url';
import { waitFor } from './http.js';
import { type Running, start } from './processes.js';

const path = (name: string) =>
  fileURLToPath(new URL(`../../sample-app/${name}`, import.meta.url));

/** Starts the built sample app on a port of this machine, with its prices; gives it once it is healthy. */
export async function startSampleApp(
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> {
  const app = start(process.execPath, [path('dist/main.js')], {
    PORT: String(port),
    PRICES_FILE: path('prices.json'),
    ...env,
  });
  await waitFor(
    async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok,
    'the sample app to be healthy',
    60,
  ).catch(async (error: unknown) => {
    await app.stop();
    throw new Error(app.output(), { cause: error });
  });
  return app;
}

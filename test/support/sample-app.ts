import { fileURLToPath } from 'node:url';
import { type Running, start, untilHealthy } from './processes.js';

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
  const origin = `http://127.0.0.1:${port}`;
  await untilHealthy(app, origin).catch(async (error: unknown) => {
    await app.stop();
    throw error;
  });
  return app;
}

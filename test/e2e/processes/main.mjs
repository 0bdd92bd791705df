/** One process of the app. Sends its name and port to the process that has forked it, and PM2 that it is ready. */
import { member, startApp } from './app.mjs';

const { port } = await startApp();
process.send?.({ member, port });
// As the `wait_ready` of PM2 expects it.
process.send?.('ready');

import { test } from 'vitest';
import { freePort, waitFor } from '../../support/http.js';
import {
  playExactly,
  playWithKills,
  sizeOf,
  startMembers,
  TIME_LIMIT,
} from './rehearsal.js';
import { fetchText, Traffic } from './traffic.js';

const THREADS = 3;

/** An app that has its work done by the threads of a pool. */
async function startPool() {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const app = startMembers('threads.mjs', {
    MEMBERS: String(THREADS),
    PORT: String(port),
  });
  await waitFor(
    () => fetchText(`${origin}/pool/page`).catch(() => false),
    'the pool',
  ).catch((error: unknown) => {
    throw new Error(app.output(), { cause: error });
  });
  await app.directories.add(origin);
  let scrapes = 0;
  const traffic = new Traffic({
    call: () => `${origin}/pool/work`,
    // By turns the page of the main thread, and that of a thread of the pool.
    page: () => origin + (++scrapes % 2 === 0 ? '/metrics' : '/pool/page'),
  });
  return { traffic, origin };
}

test(
  'the page of the main thread, and that of each thread of a piscina pool, shows what all threads have counted',
  async () => {
    const { kills, ...play } = sizeOf({ calls: 2_000, scrapes: 100, kills: 5 });
    const { traffic, origin } = await startPool();
    await playExactly(traffic, { members: THREADS, ...play });
    await playWithKills(traffic, { members: THREADS, kills }, () =>
      fetchText(`${origin}/pool/terminate`),
    );
  },
  TIME_LIMIT,
);

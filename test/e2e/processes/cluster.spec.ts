import { test } from 'vitest';
import { freePort, waitFor } from '../../support/http.js';
import {
  FULL_TIME_LIMIT,
  killOne,
  playExactly,
  playWithKills,
  sizeOf,
  startMembers,
} from './rehearsal.js';
import { fetchText, Traffic } from './traffic.js';

const MEMBERS = 4;

/** Workers of a cluster that share the port of the app. */
async function startCluster(adapter: string) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const app = startMembers('cluster.mjs', {
    ADAPTER: adapter,
    MEMBERS: String(MEMBERS),
    PORT: String(port),
  });
  const traffic = new Traffic({
    call: () => `${origin}/call`,
    page: () => `${origin}/metrics`,
  });
  await waitFor(
    () => fetchText(`${origin}/directory`).catch(() => false),
    'the workers',
  ).catch((error: unknown) => {
    throw new Error(app.output(), { cause: error });
  });
  await app.directories.add(origin);
  await waitFor(async () => {
    const { members } = JSON.parse(await fetchText(`${origin}/health`));
    return members === MEMBERS;
  }, 'all workers');
  return traffic;
}

test.each([
  { adapter: 'express', calls: 20_000, scrapes: 500, kills: 30 },
  { adapter: 'fastify', ...sizeOf({ calls: 2_000, scrapes: 50, kills: 4 }) },
])(
  'any worker of a node:cluster with $adapter shows the calls of all exactly, and what was shown stays when workers are killed',
  async ({ adapter, calls, scrapes, kills }) => {
    const traffic = await startCluster(adapter);
    await playExactly(traffic, { members: MEMBERS, calls, scrapes });
    // The totals need one worker that goes on.
    const play = { members: MEMBERS, kills, atOnce: MEMBERS - 1 };
    await playWithKills(traffic, play, killOne);
  },
  FULL_TIME_LIMIT,
);

import { expect, test } from 'vitest';
import { freePort, waitFor } from '../../support/http.js';
import {
  killOne,
  playExactly,
  playWithKills,
  sizeOf,
  startMembers,
  TIME_LIMIT,
} from './rehearsal.js';
import { fetchText, Traffic } from './traffic.js';

const MEMBERS = 4;

/** Forked processes with a port each, and one port for the page, which one of them has. */
async function startForks() {
  const shared = `http://127.0.0.1:${await freePort()}`;
  const app = startMembers('fork.mjs', {
    MEMBERS: String(MEMBERS),
    METRICS_PORT: new URL(shared).port,
    PORT: '0',
  });
  const ready = () =>
    app
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { member: string; port: number });
  await waitFor(() => ready().length >= MEMBERS, 'all forks').catch(
    (error: unknown) => {
      throw new Error(app.output(), { cause: error });
    },
  );
  const killed = new Set<string>();
  const origin = () => {
    const alive = ready().filter(({ member }) => !killed.has(member));
    const { port } = alive[Math.floor(Math.random() * alive.length)]!;
    return `http://127.0.0.1:${port}`;
  };
  await app.directories.add(origin());
  const routes = {
    call: () => `${origin()}/call`,
    page: () => `${shared}/metrics`,
  };
  const traffic = new Traffic(routes, killed);
  const health = async () =>
    JSON.parse(await fetchText(`${shared}/health`)) as Record<string, unknown>;
  return { traffic, health, shared };
}

test(
  'forked processes make one page on a shared port, which another one serves when the one that has it is killed',
  async () => {
    const { kills, ...play } = sizeOf({ calls: 2_000, scrapes: 50, kills: 5 });
    const { traffic, health, shared } = await startForks();
    expect(await health()).toMatchObject({
      server_running: true,
      endpoint: `${shared}/metrics`,
      members: MEMBERS,
    });
    await playExactly(traffic, { members: MEMBERS, ...play });
    await playWithKills(traffic, { members: MEMBERS, kills }, killOne);
  },
  TIME_LIMIT,
);

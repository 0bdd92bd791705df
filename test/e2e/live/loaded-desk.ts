import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../../support/http.js';
import { sampledAnew } from './live-page.js';
import { AGENTS, loadOnce } from './load.js';
import { startSupportDesk, type SupportDesk } from './support-desk.js';

/**
 * Starts an app with load before the first test of the `describe` that calls this, and
 * closes it after the last.
 *
 * @param hostile names of further agents, each called once.
 * @returns the app, for tests.
 */
export function useLoadedDesk(
  rounds: number,
  hostile: readonly string[] = [],
): () => SupportDesk {
  let desk: SupportDesk;
  beforeAll(async () => {
    const agents = [...AGENTS, ...hostile];
    desk = await startSupportDesk({ agents, port: await freePort() });
    for (let round = 0; round < rounds; round++) await loadOnce(desk, round);
    await Promise.all(hostile.map((name) => desk.agent(name).run({})));
    await sampledAnew(desk);
  });
  afterAll(() => desk?.close());
  return () => desk;
}

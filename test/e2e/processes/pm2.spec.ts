import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { blocksOf } from '../../docs/markdown.js';
import { AppFolder } from '../../support/app-folder.js';
import { freePort, freePorts, waitFor } from '../../support/http.js';
import {
  Directories,
  killOne,
  playExactly,
  playWithKills,
  playWithReplacements,
  SAVE_INTERVAL,
  sizeOf,
  TIME_LIMIT,
} from './rehearsal.js';
import { fetchText, Traffic } from './traffic.js';

const MEMBERS = 4;

const RELOADS = { members: MEMBERS, times: 2 };
const SIZE = sizeOf({ calls: 1_000, scrapes: 25, kills: 3 });
const PLAY = { members: MEMBERS, calls: SIZE.calls, scrapes: SIZE.scrapes };
const KILLS = { members: MEMBERS, kills: SIZE.kills };

const path = (relative: string) =>
  fileURLToPath(new URL(relative, import.meta.url));

/** A folder with the app and the configuration of the docs, on other ports. */
async function makeFolder() {
  const folder = new AppFolder();
  folder.install();
  folder.write('dist/app.mjs', readFileSync(path('app.mjs'), 'utf8'));
  folder.write('dist/main.js', readFileSync(path('main.mjs'), 'utf8'));
  const ports = {
    3000: await freePort(),
    3100: await freePorts(MEMBERS),
    9464: await freePort(),
  };
  const [block, ...others] = blocksOf('docs/reference/processes.md').filter(
    ({ code }) => code.startsWith('// ecosystem.config.cjs'),
  );
  expect(others).toEqual([]);
  const config = Object.entries(ports).reduce(
    (code, [documented, port]) =>
      code.replace(`PORT: ${documented}`, `PORT: ${port}`),
    block!.code,
  );
  folder.write('ecosystem.config.cjs', config);
  return { folder, ports };
}

/** Runs commands of a PM2 of its own, which ends with the test. */
function startPm2(folder: AppFolder) {
  const pm2 = async (...args: string[]) => {
    const file = path('../../../node_modules/pm2/bin/pm2');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [file, ...args],
      {
        cwd: folder.path,
        env: {
          ...process.env,
          PM2_HOME: folder.of('.pm2'),
          SAVE_INTERVAL: String(SAVE_INTERVAL),
        },
      },
    );
    return stdout;
  };
  onTestFinished(async () => void (await pm2('kill')));
  return pm2;
}

/** Waits until all members have joined. */
function allJoined(origin: string): Promise<boolean> {
  return waitFor(async () => {
    const { members } = JSON.parse(await fetchText(`${origin}/health`));
    return members === MEMBERS;
  }, 'all members');
}

const CONFIG = 'ecosystem.config.cjs';

test(
  'the instances of PM2 in cluster mode make one page, as docs/reference/processes.md configures them, whose totals go on through reloads',
  async () => {
    const { folder, ports } = await makeFolder();
    const directories = new Directories();
    const pm2 = startPm2(folder);
    await pm2('start', CONFIG, '--only', 'agents');
    const origin = `http://127.0.0.1:${ports[3000]}`;
    await allJoined(origin);
    await directories.add(origin);
    const traffic = new Traffic({
      call: () => `${origin}/call`,
      page: () => `${origin}/metrics`,
    });
    await playExactly(traffic, PLAY);
    await playWithReplacements(traffic, RELOADS, () => pm2('reload', 'agents'));
    await playWithKills(traffic, KILLS, killOne);
  },
  TIME_LIMIT,
);

test(
  'the instances of PM2 in fork mode make one page on a port that they share, whose totals go on through reloads',
  async () => {
    const { folder, ports } = await makeFolder();
    const directories = new Directories();
    const pm2 = startPm2(folder);
    await pm2('start', CONFIG, '--only', 'agents-fork');
    const shared = `http://127.0.0.1:${ports[9464]}`;
    let calls = 0;
    const next = () => `http://127.0.0.1:${ports[3100] + (calls++ % MEMBERS)}`;
    await allJoined(shared);
    await directories.add(next());
    const traffic = new Traffic({
      call: () => `${next()}/call`,
      page: () => `${shared}/metrics`,
    });
    await playExactly(traffic, PLAY);
    await playWithReplacements(traffic, RELOADS, () =>
      pm2('reload', 'agents-fork'),
    );
    await playWithKills(traffic, KILLS, killOne);
  },
  TIME_LIMIT,
);

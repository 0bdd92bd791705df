import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { failed } from './lib/rows.mjs';
import { surroundings, table } from './lib/report.mjs';

const GROUPS = [
  'recording',
  'decorated',
  'agents',
  'scrape',
  'export',
  'memory',
  'cardinality',
  'http',
  'startup',
  'processes',
  'live',
];

const here = fileURLToPath(new URL('.', import.meta.url));

const root = resolve(here, '..');

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    package: { type: 'string', default: root },
  },
});

installPeers();
installOurs(options.package);
const parts = [surroundings(options.quick)];
console.log(parts[0]);
let missed = 0;
for (const group of GROUPS) {
  if (options.only && !options.only.split(',').includes(group)) continue;
  const rows = [];
  const { title, rows: measure } = await import(`./rows/${group}.mjs`);
  try {
    for await (const row of measure(options.quick)) rows.push(row);
  } catch (error) {
    rows.push(failed(title, error));
  }
  missed += rows.filter(({ reached }) => reached === false).length;
  parts.push(table(title, rows));
  console.log(parts.at(-1));
  console.error(`(${group}: ${process.uptime().toFixed(0)} s)\n`);
}
console.log(`${missed} targets missed, ${process.uptime().toFixed(0)} s`);
const whole = !options.quick && !options.only && options.package === root;
if (whole) {
  const [major] = process.versions.node.split('.');
  writeFileSync(join(here, `results-node${major}.md`), parts.join('\n'));
}

/** Peers stay in `bench/node_modules`: they are no dependencies of the package. */
function installPeers() {
  if (existsSync(join(here, 'node_modules', 'prom-client'))) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(1);
}

/**
 * A copy of the built package beside its peers, as after `npm install`: one
 * prom-client and one NestJS for all, and a build that goes on does no harm.
 */
function installOurs(from) {
  const to = join(here, 'node_modules', 'nestjs-agent-metrics');
  rmSync(to, { recursive: true, force: true });
  for (const part of ['package.json', 'dist']) {
    cpSync(join(from, part), join(to, part), { recursive: true });
  }
}

/**
 * The tests scrape with a real Prometheus, lint with its promtool, push to a real
 * Pushgateway, save in real Redis and PostgreSQL, look at pages in a real Chromium, and parse pages with the reference parser of OpenMetrics, which is in Prometheus'
 * client for Python: this installs them where a package manager can, and says how
 * where none can.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pythonWithParser } from './openmetrics-python.mjs';

/** Each by the names that packages give it. */
const TOOLS = [
  ['prometheus'],
  ['promtool'],
  ['prometheus-pushgateway', 'pushgateway'],
  ['redis-server'],
  ['initdb'],
  ['chromium', 'chromium-browser', 'google-chrome'],
];

/** The Debian packages that start a server, on ports where those of the tests may want to be. */
const SERVERS = [
  'prometheus',
  'prometheus-pushgateway',
  'redis-server',
  'postgresql',
];

/** A browser, and fonts: without any it shows no text. */
const BROWSER = ['chromium', 'fonts-dejavu-core', 'fonts-liberation'];

const MINUTE = 60_000;
const BY_HAND =
  'The tests need `prometheus`, `promtool`, `pushgateway`, `redis-server`, `initdb` and `chromium` on the PATH: ' +
  '`apt-get install prometheus prometheus-pushgateway redis-server postgresql chromium fonts-dejavu-core fonts-liberation`, `brew install prometheus redis postgresql chromium`, or https://prometheus.io/download. ' +
  'They also need a `python3` with `prometheus_client`: ' +
  '`apt-get install python3-prometheus-client`, or `python3 -m pip install prometheus-client`.';

/** Debian has the programs of PostgreSQL's server in a folder for each version. */
function postgresFolders() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions.map((version) => join(root, version, 'bin'));
}

function isOnPath(tool) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, ...postgresFolders()].some((directory) => {
    try {
      accessSync(join(directory, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether a browser finds fonts; other systems come with theirs. */
function hasFonts() {
  const root = '/usr/share/fonts';
  if (process.platform !== 'linux') return true;
  if (!existsSync(root)) return false;
  return readdirSync(root, { recursive: true }).some((file) =>
    /\.(ttf|otf|ttc)$/.test(file),
  );
}

const isInstalled = () =>
  TOOLS.every((names) => names.some(isOnPath)) &&
  hasFonts() &&
  pythonWithParser() !== undefined;

function run(command, ...args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 5 * MINUTE,
  });
  const output = error ? error.message : `${stdout}${stderr}`.trim();
  return { ok: status === 0, command: [command, ...args].join(' '), output };
}

function insist(...command) {
  const result = run(...command);
  if (!result.ok) {
    throw new Error(`\`${result.command}\` failed:\n${result.output}`);
  }
}

/** What to put before a command to run it as root; undefined if we cannot. */
function rootPrefix() {
  if (process.getuid?.() === 0) return ['env'];
  if (isOnPath('sudo') && run('sudo', '-n', 'true').ok)
    return ['sudo', '-n', 'env'];
  return undefined;
}

const hasSystemd = () => existsSync('/run/systemd/system');
const hasService = (name) => run('systemctl', 'cat', `${name}.service`).ok;

function installWithApt(asRoot) {
  const newServers = hasSystemd()
    ? SERVERS.filter((name) => !hasService(name))
    : [];
  // Init scripts stay still at run level 1; systemd does not ask.
  const apt = [
    ...asRoot,
    'DEBIAN_FRONTEND=noninteractive',
    'RUNLEVEL=1',
    'apt-get',
  ];
  insist(...apt, 'update');
  const packages = [...SERVERS, ...BROWSER, 'python3-prometheus-client'];
  insist(...apt, 'install', '-y', '--no-install-recommends', ...packages);
  for (const name of newServers) {
    insist(...asRoot, 'systemctl', 'disable', '--now', name);
  }
}

const installWithBrew = () =>
  insist('brew', 'install', 'prometheus', 'redis', 'postgresql', 'chromium');

/** How to install here; undefined if there is no way. */
function installer() {
  if (process.platform === 'linux' && isOnPath('apt-get')) {
    const asRoot = rootPrefix();
    return asRoot && (() => installWithApt(asRoot));
  }
  if (process.platform === 'darwin' && isOnPath('brew')) return installWithBrew;
  return undefined;
}

function installTools() {
  const install = installer();
  if (!install) throw new Error('The tools cannot be installed from here.');
  console.log('Installing the tools of the end-to-end tests ...');
  install();
  if (!isInstalled()) {
    throw new Error('Something was installed and is still not there.');
  }
  console.log('The tools are installed.');
}

function main() {
  if (isInstalled()) {
    console.log('The tools of the end-to-end tests are there.');
    return;
  }
  try {
    installTools();
  } catch (error) {
    console.error(`${error.message}\n${BY_HAND}`);
    process.exitCode = process.env.CI === 'true' ? 1 : 0;
  }
}

main();

import type { Cluster } from 'node:cluster';
import type { Warn } from '../core/logger.js';

/** Warns where the app consists of several processes, of which the page shows one. */
export function warnOfOthers(warn: Warn): void {
  const manager = managerOf(process.env);
  if (manager === undefined) return;
  warn(
    `This process is one of several that ${manager} runs, and the metrics page shows only the one that answers: each scrape reaches another one, so that counters jump and rates are wrong. Set the option processes to true to show all of them on one page, or to false if each has a page of its own`,
    'other_processes',
  );
}

function managerOf(env: NodeJS.ProcessEnv): string | undefined {
  if (env.exec_mode === 'cluster_mode') return 'PM2';
  if (isClusterWorker()) return 'node:cluster';
  // PM2 numbers the instances of an app from 0.
  return Number(env.NODE_APP_INSTANCE) > 0 ? 'PM2' : undefined;
}

/** Loads `node:cluster`, which takes milliseconds, only where a parent process could have made a worker. */
function isClusterWorker(): boolean {
  if (process.connected !== true) return false;
  // The types describe the module, and not the object that it exports.
  const cluster = process.getBuiltinModule('node:cluster') as unknown;
  return (cluster as Cluster).isWorker;
}

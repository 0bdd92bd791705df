import { readFile, stat } from 'node:fs/promises';

/** The number of the host's cgroup namespace, which Linux fixes (`include/linux/proc_ns.h`). */
const HOST_NAMESPACE = 0xef_ff_ff_fbn;

/** The ids of containers, of ECS tasks, and UUIDs. */
const CONTAINER_ID =
  /[0-9a-f]{64}|[0-9a-f]{32}-\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * The container that this process runs in, as a Datadog Agent knows it (DogStatsD protocol,
 * v1.2 and v1.4): its id, else the number of its cgroup as `in-<number>`, which the Agent looks up
 * on the host. Linux only.
 */
export async function containerId(): Promise<string | undefined> {
  const cgroup = await textOf('/proc/self/cgroup');
  return (await isInHostNamespace())
    ? (containerIdIn(cgroup) ??
        containerIdIn(await textOf('/proc/self/mountinfo')) ??
        cgroupNumber(cgroup))
    : cgroupNumber(cgroup);
}

/** A path may have the id of a pod before that of the container, so the last one of a line counts. */
export function containerIdIn(text: string): string | undefined {
  for (const line of text.split('\n')) {
    // The sandbox is another container of the pod.
    const ids = line.includes('sandboxes') ? null : line.match(CONTAINER_ID);
    if (ids !== null) return ids.at(-1);
  }
  return undefined;
}

/**
 * @param cgroup the lines of `/proc/self/cgroup`: `id:controllers:path`.
 * @param root where cgroups are mounted.
 */
export async function cgroupNumber(
  cgroup: string,
  root = '/sys/fs/cgroup',
): Promise<string | undefined> {
  for (const line of cgroup.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined) continue;
    const isVersion1 = controllers.split(',').includes('memory');
    if (controllers !== '' && !isVersion1) continue;
    const folder = `${root}${isVersion1 ? '/memory' : ''}${path}`;
    const number = await numberOf(folder);
    // Inodes 1 and 2 are those of the host's root.
    if (number !== undefined && number > 2n) return `in-${number}`;
  }
  return undefined;
}

async function isInHostNamespace(): Promise<boolean> {
  return (await numberOf('/proc/self/ns/cgroup')) === HOST_NAMESPACE;
}

/** The inode of a file or folder, `undefined` if it does not exist. */
async function numberOf(path: string): Promise<bigint | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.ino;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

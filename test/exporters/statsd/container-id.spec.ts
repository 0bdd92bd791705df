import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cgroupNumber,
  containerIdIn,
} from '../../../src/exporters/statsd/container-id.js';
import { tempFolder } from '../../support/temp.js';

const DOCKER = '3a4b5c6d7e8f'.repeat(6).slice(0, 64);
const ECS = `${'0123456789abcdef'.repeat(2)}-3456789012`;
const UUID = '34dc0b5e-626f-2c5c-4c51-70e34b10e765';

describe('the id of a container', () => {
  it.each([
    [`13:name=systemd:/docker/${DOCKER}`, DOCKER],
    [`9:perf_event:/ecs/${ECS}/${ECS}`, ECS],
    [`1:name=systemd:/garden/${UUID}`, UUID],
    [`11:memory:/kubepods/besteffort/pod${UUID}/${DOCKER}\n10:cpu:/`, DOCKER],
    [
      `1 2 0:3 /containers/${DOCKER}/hostname /etc/hostname rw - ext4 /dev/x rw`,
      DOCKER,
    ],
    [
      `1 2 0:3 /sandboxes/${'f'.repeat(64)}/hostname /etc/hostname rw\n1 2 0:4 /containers/${DOCKER}/x /etc/x rw`,
      DOCKER,
    ],
    ['0::/\n', undefined],
    ['', undefined],
  ])('the id of the container in %j is %s', (text, id) => {
    expect(containerIdIn(text)).toBe(id);
  });
});

describe('the number of a cgroup', () => {
  const numberOf = (path: string) =>
    `in-${statSync(path, { bigint: true }).ino}`;

  it('the number of a cgroup of version 2 is the inode of its folder', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'kubepods', 'pod:1'), { recursive: true });
    expect(await cgroupNumber('0::/\n', root)).toBe(numberOf(root));
    expect(await cgroupNumber('0::/kubepods/pod:1\n', root)).toBe(
      numberOf(join(root, 'kubepods/pod:1')),
    );
  });

  it('the number of a cgroup of version 1 is the inode of its folder of the memory controller', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'memory', 'docker'), { recursive: true });
    const cgroup = '5:cpu:/docker\n4:hugetlb,memory:/docker\n';
    expect(await cgroupNumber(cgroup, root)).toBe(
      numberOf(join(root, 'memory/docker')),
    );
  });

  it.each(['', '0::/no-such-folder', '5:cpu:/', 'no cgroup'])(
    'there is no number of a cgroup for %j',
    async (cgroup) => {
      expect(await cgroupNumber(cgroup, tempFolder())).toBeUndefined();
    },
  );
});

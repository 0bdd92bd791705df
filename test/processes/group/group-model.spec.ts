import { describe, expect, test } from 'vitest';
import { Group } from '../../../src/processes/group/group.js';
import { GroupMember } from '../../../src/processes/group/group-member.js';
import { loadChanged } from './changed-code.js';
import { RULES } from './group-rules.js';
import { playSchedule } from './group-schedule.js';
import type { GroupCode } from './group-world.js';

const SCHEDULES = 100_000;
const SHARES = 4;

/** In several tests, so that a failing one names its seeds. */
describe.each(Array.from({ length: SHARES }, (_, i) => i))(
  'share %i of the schedules',
  (share) => {
    test('the totals of a group never fall, and count nothing twice, while its members are killed at any step', async () => {
      const size = SCHEDULES / SHARES;
      const sum = { scrapes: 0, kills: 0, fences: 0 };
      for (let seed = share * size; seed < (share + 1) * size; seed++) {
        const result = await playSchedule(seed, { Group, GroupMember });
        sum.scrapes += result.scrapes;
        sum.kills += result.kills;
        sum.fences += result.fences;
      }
      // So many of each that the schedules have tried what they are meant to.
      expect(sum.scrapes).toBeGreaterThan(size);
      expect(sum.kills).toBeGreaterThan(size / 2);
      expect(sum.fences).toBeGreaterThan(size / 10);
    }, 600_000);
  },
);

describe('without the rule that', () => {
  test.each(RULES)(
    '$rule, a schedule shows a fault',
    async (change) => {
      const code = await loadChanged(change);
      await expect(playMany(code)).rejects.toThrow(
        /is shown|counted than was shown|lost member|still there|replaced/,
      );
    },
    60_000,
  );
});

async function playMany(code: GroupCode): Promise<void> {
  for (let seed = 0; seed < 4_000; seed++) await playSchedule(seed, code);
}

import { describe, expect, test } from 'vitest';
import { Group } from '../../../src/processes/group/group.js';
import { GroupMember } from '../../../src/processes/group/group-member.js';
import { type CodeChange, loadChanged } from './changed-code.js';
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

const RULES: readonly (CodeChange & { readonly rule: string })[] = [
  {
    rule: 'only one member can commit a ledger of a number',
    file: 'ledger.ts',
    from: 'await this.files.link(draft, fileOf(number))',
    to: 'await this.files.rename(draft, fileOf(number))',
  },
  {
    rule: 'only members of the ledger count',
    file: 'group.ts',
    from: 'ids.filter((id) => ledger.members.includes(id))',
    to: 'ids',
  },
  {
    rule: 'a member that does not answer in time is not taken for dead',
    file: 'group.ts',
    from: "results.some((one) => one === 'saved' || one === 'late')",
    to: "results.some((one) => one === 'saved')",
  },
  {
    rule: 'a member subtracts what is counted elsewhere',
    file: 'group-member.ts',
    from: 'if (seq !== undefined) this.own.subtract(seq);',
    to: 'if (seq !== undefined) {}',
  },
  {
    rule: 'a member subtracts the state that was counted, and not its last one',
    file: 'group-member.ts',
    from: 'this.own.subtract(seq)',
    to: "this.own.subtract('last')",
  },
];

describe('without the rule that', () => {
  test.each(RULES)('$rule, a total falls or is too high', async (change) => {
    const code = await loadChanged(change);
    await expect(playMany(code)).rejects.toThrow(
      /falls|recorded were|saved were|come to rest/,
    );
  });
});

async function playMany(code: GroupCode): Promise<void> {
  for (let seed = 0; seed < 4_000; seed++) await playSchedule(seed, code);
}

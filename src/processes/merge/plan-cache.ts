import type { Stepwise } from '../../core/stepwise.js';
import type { MemberMetrics } from './member-metrics.js';
import { type MergePlan, planMerge } from './merge-plan.js';

interface PlannedMember {
  readonly member: MemberMetrics;
  readonly layoutParts: number;
}

/** Plans merges. The same plan is returned as long as the members and their layouts are the same. */
export class PlanCache {
  private last:
    { plan: MergePlan; members: readonly PlannedMember[] } | undefined =
    undefined;

  *planOf(members: readonly MemberMetrics[]): Stepwise<MergePlan> {
    if (this.last !== undefined && isFor(this.last.members, members)) {
      return this.last.plan;
    }
    const plan = yield* planMerge(members);
    const planned = members.map((member) => ({
      member,
      layoutParts: member.layout.parts,
    }));
    this.last = { plan, members: planned };
    return plan;
  }
}

function isFor(
  planned: readonly PlannedMember[],
  members: readonly MemberMetrics[],
): boolean {
  return (
    planned.length === members.length &&
    planned.every(({ member, layoutParts }, i) => {
      const { layout, isAlive, started, process } = members[i]!;
      return (
        member.layout === layout &&
        layoutParts === layout.parts &&
        member.isAlive === isAlive &&
        member.started === started &&
        member.process === process
      );
    })
  );
}

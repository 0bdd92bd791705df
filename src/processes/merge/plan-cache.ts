import type { Stepwise } from '../../core/stepwise.js';
import type { MemberMetrics } from './member-metrics.js';
import { type MergePlan, planMerge } from './merge-plan.js';

/** Plans merges. The same plan is returned as long as the members and their layouts are the same. */
export class PlanCache {
  private last:
    { plan: MergePlan; members: readonly MemberMetrics[] } | undefined =
    undefined;

  *planOf(members: readonly MemberMetrics[]): Stepwise<MergePlan> {
    if (this.last !== undefined && isFor(this.last.members, members)) {
      return this.last.plan;
    }
    const plan = yield* planMerge(members);
    this.last = { plan, members };
    return plan;
  }
}

function isFor(
  planned: readonly MemberMetrics[],
  members: readonly MemberMetrics[],
): boolean {
  return (
    planned.length === members.length &&
    planned.every(({ layout, isAlive, started, process }, i) => {
      const member = members[i]!;
      return (
        member.layout === layout &&
        member.isAlive === isAlive &&
        member.started === started &&
        member.process === process
      );
    })
  );
}

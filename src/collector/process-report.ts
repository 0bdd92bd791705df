import type { Topic } from '../core/message-links.js';
import type { Gauge } from '../model/gauge.js';
import type { MemberStatus } from '../processes/process-group.js';
import type { MembershipObserver } from './membership.js';
import { SELF_DESCRIPTORS } from './self.descriptors.js';
import type { SelfMetrics, SelfReport } from './self-metrics.js';

/** Keeps and counts the members of a group, and counts what goes wrong with them. */
export class ProcessReport implements MembershipObserver {
  private found: readonly MemberStatus[] = [];

  constructor(
    private readonly metrics: SelfMetrics,
    private readonly report: SelfReport,
  ) {}

  joined(): void {
    const { name, description } = SELF_DESCRIPTORS.members;
    this.metrics.gauge(name, {
      description,
      aggregator: 'max',
      collect: (gauge: Gauge) => gauge.set(this.found.length || 1),
    });
    this.lateMembers.inc(0);
  }

  /** The members as the last reading found them; none before it. */
  get members(): readonly MemberStatus[] {
    return this.found;
  }

  gathered(members: readonly MemberStatus[], late: number): void {
    this.found = members;
    if (late > 0) this.lateMembers.inc(late);
  }

  reportError(cause: string, error: unknown, where?: string): void {
    this.report.reportError(cause, error, where);
  }

  warn(message: string, topic: Topic): void {
    this.report.warn(message, topic);
  }

  private get lateMembers() {
    const { name, description } = SELF_DESCRIPTORS.lateMembers;
    return this.metrics.counter(name, description);
  }
}

import type { Gauge } from '../model/gauge.js';
import type { MembershipObserver } from './membership.js';
import { SELF_DESCRIPTORS } from './self.descriptors.js';
import type { SelfMetrics, SelfReport } from './self-metrics.js';

/** Counts the members of a group, and what goes wrong with them. */
export class ProcessReport implements MembershipObserver {
  private members = 1;

  constructor(
    private readonly metrics: SelfMetrics,
    private readonly report: SelfReport,
  ) {}

  joined(): void {
    const { name, description } = SELF_DESCRIPTORS.members;
    this.metrics.gauge(name, {
      description,
      aggregator: 'max',
      collect: (gauge: Gauge) => gauge.set(this.members),
    });
    this.lateMembers.inc(0);
  }

  gathered(members: number, late: number): void {
    this.members = members;
    if (late > 0) this.lateMembers.inc(late);
  }

  reportError(cause: string, error: unknown, where?: string): void {
    this.report.reportError(cause, error, where);
  }

  warn(message: string): void {
    this.report.warn(message);
  }

  private get lateMembers() {
    const { name, description } = SELF_DESCRIPTORS.lateMembers;
    return this.metrics.counter(name, description);
  }
}

import type { Gauge } from '../model/gauge.js';
import type { MembershipObserver } from './membership.js';
import type { SelfMetrics, SelfReport } from './self-metrics.js';

/** Counts the members of a group, and what goes wrong with them. */
export class ProcessReport implements MembershipObserver {
  private members = 1;

  constructor(
    private readonly metrics: SelfMetrics,
    private readonly report: SelfReport,
  ) {}

  joined(): void {
    this.metrics.gauge('metrics_members', {
      description:
        'Processes and threads whose metrics are on the page, as the last page found them.',
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
    return this.metrics.counter(
      'metrics_late_members_total',
      'Members that did not save their metrics in time for a page: it shows what they had saved before.',
    );
  }
}

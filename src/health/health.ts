import type { MetricsLogger } from '../core/logger.js';
import { jsonOf } from './details.js';
import { npmVersion } from './health.options.js';
import { type CheckReport, HealthChecks } from './health-checks.js';
import type { CheckStatus, HealthStatus } from './health-status.js';

/** What a collector says of itself. */
export interface CollectorStatus extends Pick<
  HealthStatus,
  'server_running' | 'metrics_count' | 'endpoint'
> {
  initialized: boolean;
}

/** How the health is told. */
export interface HealthSetup {
  /** Whether there is more of each check than up or down. Default: `false`. */
  details?: boolean;
  /** The version of the app. Default: that of the package.json which npm started, if it did. */
  version?: string | undefined;
  /** Whether the app around the collector can be sent requests. Default: it always can. */
  isReady?: () => boolean;
}

/** Tells how the app is, from what the collector says of itself and from the health checks. */
export class Health {
  readonly checks: HealthChecks;

  constructor(
    private readonly setup: HealthSetup,
    logger: MetricsLogger,
    private readonly vitals: () => CollectorStatus,
  ) {
    this.checks = new HealthChecks(logger);
  }

  /** Whether requests can be sent. Checks that are not critical are not waited for. */
  async isReady(): Promise<boolean> {
    // The checks of an app that does not serve need not be asked.
    if (!this.serves()) return false;
    const critical = await this.checks.critical();
    return this.serves() && critical.every(({ isUp }) => isUp);
  }

  async status(): Promise<HealthStatus> {
    const reports = await this.checks.all();
    const { initialized: _initialized, ...vitals } = this.vitals();
    const { version = npmVersion() } = this.setup;
    return {
      healthy:
        this.serves() &&
        reports.every(({ isUp, critical }) => isUp || !critical),
      ...vitals,
      checks: Object.fromEntries(
        reports.map((report) => [report.name, this.statusOf(report)]),
      ),
      ...(version !== undefined && { version }),
      uptime_seconds: Math.round(process.uptime() * 1_000) / 1_000,
    };
  }

  private serves(): boolean {
    const { isReady = () => true } = this.setup;
    return this.vitals().initialized && isReady();
  }

  private statusOf(report: CheckReport): CheckStatus {
    const status = report.isUp ? 'up' : 'down';
    if (this.setup.details !== true) return { status };
    const { critical, time, since, seconds, error, details } = report;
    return {
      status,
      critical,
      time: new Date(time).toISOString(),
      since: new Date(since).toISOString(),
      duration_seconds: seconds,
      ...(error !== undefined && { error }),
      ...(details !== undefined && { details: jsonOf(details) }),
    };
  }
}

import { maskCredentials } from '../core/error-text.js';
import type { MetricsLogger } from '../core/logger.js';
import { type CheckReport, HealthChecks } from './health-checks.js';
import type { CheckStatus, HealthStatus } from './health-status.js';
import { npmVersion } from './health.options.js';

/** Characters of JSON that the details of a check may have. */
const MAX_DETAILS = 4_096;

/** The status of a collector, for its health. */
export interface CollectorStatus extends Pick<
  HealthStatus,
  'server_running' | 'metrics_count' | 'endpoint'
> {
  initialized: boolean;
}

/** What the health says of the app around a collector. */
export interface HealthContext {
  /** Whether the health shows more of each check than up or down. Default: `false`. */
  details?: boolean;
  /** The version of the app. Default: that of the package.json which npm started, if it did. */
  version?: string | undefined;
  /** Whether the app can receive requests. Default: it always can. */
  isReady?: () => boolean;
}

/** The health of an app: the status of its collector, its readiness and its health checks. */
export class Health {
  readonly checks: HealthChecks;

  /** @param countMembers returns the number of processes of the app; `undefined` if it is not known. */
  constructor(
    private readonly context: HealthContext,
    logger: MetricsLogger,
    private readonly collectorStatus: () => CollectorStatus,
    private readonly countMembers: () => Promise<number | undefined>,
  ) {
    this.checks = new HealthChecks(logger);
  }

  /** Whether the app can receive requests: it is started, and its critical checks are up. */
  async isReady(): Promise<boolean> {
    // An app that is not started is not ready, whatever its checks return.
    if (!this.isStarted()) return false;
    const critical = await this.checks.critical();
    return this.isStarted() && critical.every(({ isUp }) => isUp);
  }

  async status(): Promise<HealthStatus> {
    const [reports, members] = await Promise.all([
      this.checks.all(),
      this.countMembers(),
    ]);
    const { initialized: _initialized, ...status } = this.collectorStatus();
    const { version = npmVersion() } = this.context;
    return {
      healthy:
        this.isStarted() &&
        reports.every(({ isUp, critical }) => isUp || !critical),
      ...status,
      ...(members !== undefined && { members }),
      checks: Object.fromEntries(
        reports.map((report) => [report.name, this.checkStatus(report)]),
      ),
      ...(version !== undefined && { version }),
      uptime_seconds: Math.round(process.uptime() * 1_000) / 1_000,
    };
  }

  private isStarted(): boolean {
    const { isReady = () => true } = this.context;
    return this.collectorStatus().initialized && isReady();
  }

  private checkStatus(report: CheckReport): CheckStatus {
    const status = report.isUp ? 'up' : 'down';
    if (this.context.details !== true) return { status };
    const { critical, time, since, seconds, error, details } = report;
    return {
      status,
      critical,
      time: new Date(time).toISOString(),
      since: new Date(since).toISOString(),
      duration_seconds: seconds,
      ...(error !== undefined && { error }),
      ...(details !== undefined && { details: detailsJson(details) }),
    };
  }
}

/** A copy of the details of a check, as JSON has them and without credentials in URLs. Never throws. */
export function detailsJson(details: unknown): unknown {
  try {
    const text = JSON.stringify(details, (_key, value: unknown) =>
      typeof value === 'string' ? maskCredentials(value) : value,
    );
    return text.length <= MAX_DETAILS
      ? JSON.parse(text)
      : `${text.length} characters of JSON; ${MAX_DETAILS} are shown at most`;
  } catch {
    return 'cannot be shown as JSON';
  }
}

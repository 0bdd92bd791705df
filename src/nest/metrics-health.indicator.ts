import { Injectable } from '@nestjs/common';
import type { MetricsCollector } from '../collector/metrics-collector.js';
import type { CheckStatus } from '../health/health-status.js';

/** The result of an indicator of `@nestjs/terminus`. */
export type MetricsHealthResult<Key extends string = string> = Record<
  Key,
  { status: 'up' | 'down'; checks?: Record<string, CheckStatus> }
>;

/**
 * Shows the health, with all checks, as an indicator of `@nestjs/terminus`.
 *
 * @example
 * this.health.check([() => this.metrics.isHealthy('metrics')]);
 */
@Injectable()
export class MetricsHealthIndicator {
  /** @internal */
  constructor(
    private readonly collector: MetricsCollector,
    private readonly enabled: boolean,
  ) {}

  /** Returns the health. Never rejects. Disabled metrics are up. */
  async isHealthy<Key extends string = 'metrics'>(
    key: Key = 'metrics' as Key,
  ): Promise<MetricsHealthResult<Key>> {
    return { [key]: await this.result() } as MetricsHealthResult<Key>;
  }

  private async result(): Promise<MetricsHealthResult[string]> {
    if (!this.enabled) return { status: 'up' };
    try {
      const { healthy, checks } = await this.collector.healthCheck();
      const status = healthy ? 'up' : 'down';
      return Object.keys(checks).length === 0 ? { status } : { status, checks };
    } catch {
      return { status: 'down' };
    }
  }
}

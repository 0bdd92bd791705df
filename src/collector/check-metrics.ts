import { catchAndReport } from '../core/catch-and-report.js';
import type { HealthCheckDefinition } from '../health/health-check.js';
import type { CheckReport, HealthChecks } from '../health/health-checks.js';
import type { Gauge } from '../model/gauge.js';
import type { GaugeOptions, MetricsCollector } from './metrics-collector.js';

const STATUS = 'health_check_status';
const DURATION = 'health_check_duration_seconds';

/** The health checks as gauges. They are read when metrics are scraped, which runs the checks. */
export class CheckMetrics {
  constructor(
    private readonly collector: MetricsCollector,
    private readonly checks: HealthChecks,
  ) {}

  /** Adds a check, and returns what removes it. Parameters and errors are those of {@link HealthChecks.add}. */
  add(
    definition: HealthCheckDefinition,
    source = 'addHealthCheck()',
    isLogged = true,
  ): () => void {
    const remove = this.checks.add(definition, source, isLogged);
    this.show();
    return () => void remove();
  }

  /**
   * Makes the gauges, if there are checks; to be called again when metrics were
   * cleared. A name that the user has given to something else costs the gauge,
   * and not the check.
   */
  show(): void {
    if (this.checks.size === 0) return;
    catchAndReport(this.collector, 'health_check', () => {
      this.open(STATUS, ({ isUp }) => (isUp ? 1 : 0), {
        description: 'Whether a health check is up.',
        aggregator: 'min',
      });
      this.open(DURATION, ({ seconds }) => seconds, {
        description: 'Duration of the last run of a health check in seconds.',
        aggregator: 'max',
      });
    });
  }

  private open(
    name: string,
    valueOf: (report: CheckReport) => number,
    options: GaugeOptions,
  ): void {
    const collect = async (gauge: Gauge) => {
      for (const report of await this.checks.all()) {
        gauge.set({ check: report.name }, valueOf(report));
      }
    };
    this.collector.gauge(name, { ...options, collect });
  }
}

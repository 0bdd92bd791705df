import {
  catchAndReport,
  type ErrorReporter,
} from '../core/catch-and-report.js';
import type { HealthCheckDefinition } from '../health/health-check.js';
import type { CheckReport, HealthChecks } from '../health/health-checks.js';
import type { Aggregator } from '../model/aggregator.js';
import type { Gauge } from '../model/gauge.js';
import type { MetricDescriptor } from '../model/metric-descriptor.js';
import { MetricType } from '../model/metric-type.js';
import type { Families } from './families.js';
import { HEALTH_CHECK_DESCRIPTORS } from './health-check.descriptors.js';
import type { GaugeOptions } from './metrics-collector.js';

/** Exposes health checks as gauges. Reading the gauges runs the checks. */
export class HealthCheckGauges {
  constructor(
    private readonly families: Families,
    private readonly checks: HealthChecks,
    private readonly errors: ErrorReporter,
  ) {}

  /** Adds a check. Parameters and errors are those of {@link HealthChecks.add}; the result removes it. */
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
   * Registers the gauges if there are checks, also again after `clearMetrics()`. If the app
   * uses the name of a gauge, the gauge is missing, but the check still runs.
   */
  show(): void {
    if (this.checks.size === 0) return;
    catchAndReport(this.errors, 'health_check', () => {
      const { status, duration } = HEALTH_CHECK_DESCRIPTORS;
      this.open(status, ({ isUp }) => (isUp ? 1 : 0), 'min');
      this.open(duration, ({ seconds }) => seconds, 'max');
    });
  }

  private open(
    { name, description }: MetricDescriptor,
    valueOf: (report: CheckReport) => number,
    aggregator: Aggregator,
  ): void {
    const options: GaugeOptions = { description, aggregator };
    const collect = async (gauge: Gauge) => {
      for (const report of await this.checks.all()) {
        gauge.set({ check: report.name }, valueOf(report));
      }
    };
    const gauge = this.families.getOrCreate(name, MetricType.GAUGE, options);
    (gauge as Gauge).readThrough(collect);
  }
}

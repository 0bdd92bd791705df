import { catchAndReport } from '../../core/catch-and-report.js';
import type { PrometheusCollector } from '../../collector/prometheus-collector.js';
import type { HealthCheckDefinition } from '../../health/health-check.js';
import type { Module } from './app-classes.js';
import {
  type FoundCheck,
  HealthCheckExplorer,
} from './health-check.explorer.js';

/** The health checks of an app: those of the options and those that decorators declare. */
export class AppHealthChecks {
  private explorer = new HealthCheckExplorer();
  private removals: (() => void)[] = [];

  constructor(private readonly collector: PrometheusCollector) {}

  /** @throws {OptionsError} if a name is taken; {DecoratorError} if a check cannot be run. */
  start(
    configured: readonly HealthCheckDefinition[],
    modules: Iterable<Module>,
  ): void {
    for (const [i, definition] of configured.entries()) {
      const source = `health.checks[${i}]`;
      this.add({ definition, source, mistake: undefined });
    }
    for (const check of this.explorer.find(modules)) this.add(check);
  }

  /** Adds the checks of modules that are loaded while the app runs. Mistakes are reported. */
  addLate(modules: readonly Module[]): void {
    for (const check of this.explorer.find(modules)) {
      catchAndReport(
        this.collector,
        'health_check',
        () => this.add(check),
        check.source,
      );
    }
  }

  stop(): void {
    this.explorer = new HealthCheckExplorer();
    for (const remove of this.removals.splice(0)) remove();
  }

  private add({ definition, source, mistake }: FoundCheck): void {
    if (mistake !== undefined) throw mistake;
    this.removals.push(this.collector.addHealthCheck(definition, source));
  }
}

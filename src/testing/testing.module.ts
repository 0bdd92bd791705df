import { type DynamicModule, Module } from '@nestjs/common';
import { MetricsModule } from '../nest/metrics.module.js';
import type { MetricsModuleOptions } from '../nest/metrics.module-definition.js';
import type { MetricsOptions } from '../nest/metrics.options.js';
import { withOverride } from '../nest/metrics.overrides.js';

/**
 * `MetricsModule` for tests: it records as in production, and has no endpoint, no live page, no metrics of
 * the process, no exporters, no timers, no other processes and no persistence.
 *
 * @example
 * const module = await Test.createTestingModule({
 *   imports: [MetricsTestingModule.forRoot()],
 *   providers: [Assistant],
 * }).compile();
 */
@Module({})
export class MetricsTestingModule {
  /**
   * The module for the `imports` of a test, or for
   * `overrideModule(MetricsModule).useModule(MetricsTestingModule.forRoot())`, which also
   * keeps what the app gives to `MetricsModule.forRoot()` or `forRootAsync()`, such as its namespace and its filters.
   *
   * @param options those of `MetricsModule.forRoot()`. What serves, sends or saves metrics is ignored.
   * @throws {OptionsError} naming the option, what was given and what is allowed.
   */
  static forRoot(options: MetricsModuleOptions = {}): DynamicModule {
    const { isGlobal: _isGlobal, ...own } = options;
    // Checked as they are: a mistake is one too where the option is ignored.
    MetricsModule.forRoot(options);
    return withOverride(
      MetricsModule.forRoot({ ...options, ...recordingOnly(own) }),
      (ofApp) => recordingOnly({ ...ofApp, ...own }),
    );
  }
}

/** The options, without what serves, sends or saves metrics. */
function recordingOnly(options: MetricsOptions): MetricsOptions {
  const { prometheus = {}, health = {} } = options;
  const { registry, exemplars } = prometheus;
  const { checks, details, version } = health;
  return {
    ...options,
    prometheus: { registry, exemplars, path: false, defaultMetrics: false },
    health: { checks, details, version, path: false },
    live: false,
    otlp: false,
    statsd: false,
    pushgateway: false,
    exporters: [],
    processes: false,
    persistence: false,
  };
}

import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { PrometheusCollector } from '../collector/prometheus-collector.js';
import { checkExporter } from '../exporters/pipeline/exporter-checks.js';
import type { MetricsExporter } from '../exporters/exporter.js';
import { providedInstance } from './provided-instance.js';
import { isSdkDisabled } from '../exporters/otlp/config/environment.js';
import type { OtlpOptions } from '../exporters/otlp/config/otlp.options.js';
import { OtlpExporter } from '../exporters/otlp/otlp-exporter.js';
import { PushgatewayExporter } from '../exporters/pushgateway/pushgateway-exporter.js';
import type { PushgatewayOptions } from '../exporters/pushgateway/pushgateway.options.js';
import type { StatsdOptions } from '../exporters/statsd/statsd.options.js';
import { StatsdExporter } from '../exporters/statsd/statsd-exporter.js';
import type { Redacted } from '../core/redacted.js';
import { Check, validateOne } from '../core/validate.js';

/** An exporter, or a class that NestJS creates one from. */
export type ExporterOrClass = MetricsExporter | Type<MetricsExporter>;

const INSTEAD = 'expected an exporter without a request scope';

const LIST = new Check(
  'an array of exporters and their classes',
  Array.isArray,
);

/** Checks a list of exporters. Classes are checked later, when NestJS has created their instances. */
export function checkExporters(value: unknown, path: string): void {
  validateOne(value, LIST, path);
  (value as unknown[]).forEach((one, i) => {
    if (typeof one !== 'function') checkExporter(one, `${path}[${i}]`);
  });
}

/** The options of the built-in exporters; `undefined` for those that are not configured. */
export interface ConfiguredBackends {
  readonly otlp: Redacted<OtlpOptions> | undefined;
  readonly statsd: StatsdOptions | undefined;
  readonly pushgateway: Redacted<PushgatewayOptions> | undefined;
}

export function configuredExporters(
  { otlp, statsd, pushgateway }: ConfiguredBackends,
  collector: PrometheusCollector,
): MetricsExporter[] {
  return [
    otlp && !isSdkDisabled(process.env) && new OtlpExporter(otlp.reveal()),
    statsd && new StatsdExporter(statsd),
    pushgateway && new PushgatewayExporter(pushgateway.reveal(), collector),
  ].filter((exporter) => typeof exporter === 'object');
}

/**
 * Adds exporters while the app runs. The option `exporters` adds them from the start.
 *
 * @example
 * constructor(private readonly exporters: MetricsExporters) {}
 * const remove = await this.exporters.add(WarehouseExporter);
 */
export class MetricsExporters {
  /** @param enabled `false`: exporters are not started. */
  constructor(
    private readonly collector: PrometheusCollector,
    private readonly moduleRef: ModuleRef,
    private readonly enabled: boolean,
  ) {}

  /**
   * Adds an exporter. For a class, it uses the app's provider of that class, or creates an
   * instance with its dependencies if there is no provider.
   *
   * @param source the place that adds it, for error messages.
   * @returns a function that removes the exporter after a last delivery.
   * @throws {OptionsError} if it is not an exporter or its name is taken. Errors of its `start()` are thrown too.
   */
  async add(
    exporter: ExporterOrClass,
    source = 'MetricsExporters.add()',
  ): Promise<() => Promise<void>> {
    if (!this.enabled) return async () => {};
    const instance =
      typeof exporter === 'function'
        ? await providedInstance(
            exporter,
            `${source} has`,
            INSTEAD,
            this.moduleRef,
          )
        : exporter;
    return this.collector.addExporter(instance, source);
  }
}

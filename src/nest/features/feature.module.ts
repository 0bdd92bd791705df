import {
  type DynamicModule,
  type FactoryProvider,
  Module,
} from '@nestjs/common';
import { OptionsError, shown } from '../../core/errors.js';
import { FEATURE_METRICS } from '../../core/shared-state.js';
import { isObject } from '../../core/validate.js';
import type { FeatureMetrics } from './feature-metrics.js';
import type { MetricDefinition } from './metric-definition.js';
import { metricToken } from './metric-token.js';

/** Provides the metrics that a module of the app defines. */
@Module({})
export class MetricsFeatureModule {}

/** @throws {OptionsError} naming the first one that is no definition. */
export function featureModule(
  definitions: readonly MetricDefinition[],
): DynamicModule {
  if (!Array.isArray(definitions)) {
    throw new OptionsError(
      `MetricsModule.forFeature() was given ${shown(definitions)}; ${EXPECTED}`,
    );
  }
  const providers = definitions.map(providerOf);
  return {
    module: MetricsFeatureModule,
    providers,
    exports: providers.map(({ provide }) => provide),
  };
}

const EXPECTED =
  "expected an array of counter('name'), gauge('name'), histogram('name') and timer('name')";

function providerOf(definition: MetricDefinition, i: number): FactoryProvider {
  const { name, options }: Partial<MetricDefinition> = definition ?? {};
  if (typeof name !== 'string' || !isObject(options)) {
    throw new OptionsError(
      `MetricsModule.forFeature()[${i}] is ${shown(definition)}; ${EXPECTED}`,
    );
  }
  return {
    provide: metricToken(name),
    inject: [FEATURE_METRICS],
    useFactory: (metrics: FeatureMetrics) => metrics.create(definition),
  };
}

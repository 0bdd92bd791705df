import { Inject } from '@nestjs/common';
import { DecoratorError, shown } from '../../core/errors.js';
import { refuseBareUse } from '../../instrumentation/decorated-method.js';
import { metricToken } from './metric-token.js';

/**
 * Injects the counter of this name, which a module in reach defines.
 *
 * @param name as in `MetricsModule.forFeature([counter(name)])`: without namespace and subsystem.
 * @throws {DecoratorError} if the name is missing. The app does not start if no module in reach defines it.
 *
 * @example
 * constructor(@InjectCounter('orders_total') private readonly orders: Counter) {}
 */
export function InjectCounter(name: string) {
  return injected('@InjectCounter', name, arguments);
}

/** Injects the gauge of this name, as {@link InjectCounter} does a counter. */
export function InjectGauge(name: string) {
  return injected('@InjectGauge', name, arguments);
}

/** Injects the histogram or timer of this name, as {@link InjectCounter} does a counter. */
export function InjectHistogram(name: string) {
  return injected('@InjectHistogram', name, arguments);
}

/** @throws {DecoratorError} if the name is missing. */
function injected(decorator: string, name: string, given: IArguments) {
  refuseBareUse(`${decorator}('name')`, given);
  if (typeof name !== 'string' || name === '') {
    throw new DecoratorError(
      `${decorator}() was given ${shown(name)}; expected the name of a metric`,
    );
  }
  return Inject(metricToken(name));
}

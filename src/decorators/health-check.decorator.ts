import {
  checkNameAndOptions,
  type HealthCheckFunction,
  type HealthCheckOptions,
} from '../health/health-check.js';
import { declareCheck } from '../instrumentation/health/declared-checks.js';
import { DecoratorError } from '../model/errors.js';

/**
 * Makes a method of a provider or controller a check of the app's health. It is up
 * if the method returns nothing, `true` or an object, and down if it returns `false`
 * or `{ status: 'down' }`, throws, rejects, or takes too long.
 *
 * @param name the name of the check, which no other has. It is a label of the check's metrics.
 * @throws {OptionsError} naming the option, what was given and what is allowed.
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 *
 * @example
 * @HealthCheck('vector-store', { timeout: 500, critical: false })
 * async ping(signal: AbortSignal): Promise<void> {
 *   await this.client.ping({ signal });
 * }
 */
export function HealthCheck(name: string, options: HealthCheckOptions = {}) {
  checkNameAndOptions(name, options, '@HealthCheck()');
  return <Method extends HealthCheckFunction>(
    prototype: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    if (
      typeof prototype === 'function' ||
      typeof descriptor?.value !== 'function'
    ) {
      throw new DecoratorError(
        `@HealthCheck("${name}") stands on ${String(key)}; expected a method of instances`,
      );
    }
    declareCheck(prototype, { name, key, options: { ...options } });
  };
}

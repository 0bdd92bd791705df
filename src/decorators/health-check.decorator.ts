import {
  checkNameAndOptions,
  type HealthCheckFunction,
  type HealthCheckOptions,
} from '../health/health-check.js';
import {
  decoratedMethod,
  refuseBareUse,
} from '../instrumentation/decorated-method.js';
import { declareCheck } from '../health/declared-checks.js';

/**
 * Makes a method of a provider or controller a check of the app's health. It is up
 * if the method returns nothing, `true` or an object, and down if it returns `false`
 * or `{ status: 'down' }`, throws, rejects, or takes too long.
 *
 * Example: `@HealthCheck('vector-store', { timeout: 500, critical: false })` before
 * `ping(signal: AbortSignal) { return this.client.ping({ signal }); }`.
 *
 * @param name the name of the check, which no other has. It is a label of the check's metrics.
 * @throws {OptionsError} naming the option, what was given and what is allowed.
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 */
export function HealthCheck(name: string, options: HealthCheckOptions = {}) {
  refuseBareUse("@HealthCheck('name')", arguments);
  checkNameAndOptions(name, options, '@HealthCheck()');
  return <Method extends HealthCheckFunction>(
    prototype: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    decoratedMethod(`@HealthCheck("${name}")`, prototype, key, descriptor);
    declareCheck(prototype, { name, key, options: { ...options } });
  };
}

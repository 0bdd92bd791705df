import { DecoratorError } from '../model/errors.js';
import { excludeClass, excludeMethod } from '../instrumentation/no-metrics.js';

/**
 * Switches all measuring off for a class and its subclasses, or for one method:
 * its own `@Timed` and `@Counted`, the interceptor, and what is captured of its
 * transport.
 *
 * @throws {DecoratorError} when it stands on anything but a class or a method.
 *
 * @example
 * @NoMetrics()
 * @Get('internal/ping')
 * ping() { ... }
 */
export function NoMetrics(): ClassDecorator & MethodDecorator {
  return (
    target: object,
    key?: string | symbol,
    descriptor?: PropertyDescriptor,
  ): void => {
    if (key === undefined) return excludeClass(target as Function);
    if (typeof descriptor?.value !== 'function') {
      throw new DecoratorError(
        `@NoMetrics() stands on ${String(key)}; expected a class or a method`,
      );
    }
    excludeMethod(target, key, descriptor.value);
  };
}

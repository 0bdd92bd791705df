import {
  memberName,
  misplaced,
  refuseBareUse,
  refuseStandardDecorators,
} from '../instrumentation/decorated-method.js';
import { excludeClass, excludeMethod } from '../instrumentation/no-metrics.js';

/**
 * Excludes a class and its subclasses, or one method, from all metrics:
 * its own `@Timed` and `@Counted`, the interceptor, and the metrics of its
 * transport.
 *
 * Example: `@NoMetrics()` before `@Get('internal/ping') ping() { ... }`.
 *
 * @throws {DecoratorError} when it stands on anything but a class or a method.
 */
export function NoMetrics(): ClassDecorator & MethodDecorator {
  refuseBareUse('@NoMetrics()', arguments);
  return (
    target: object,
    key?: string | symbol,
    descriptor?: PropertyDescriptor,
  ): void => {
    refuseStandardDecorators('@NoMetrics()', key);
    if (key === undefined) return excludeClass(target as Function);
    if (typeof descriptor?.value !== 'function') {
      const on = memberName(target, key);
      const mend = 'If it is an arrow function, write it as a method';
      throw misplaced('@NoMetrics()', { on, mend }, 'a class or a method');
    }
    excludeMethod(target, key, descriptor.value);
  };
}

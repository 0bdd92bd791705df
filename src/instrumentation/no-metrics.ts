import { NO_METRICS } from '../core/shared-state.js';

export function excludeClass(constructor: Function): void {
  Reflect.defineMetadata(NO_METRICS, true, constructor);
}

/** Marks the method both as a function and as a member of its class. */
export function excludeMethod(
  prototype: object,
  key: string | symbol,
  method: unknown,
): void {
  Reflect.defineMetadata(NO_METRICS, true, prototype, key);
  if (typeof method === 'function') excludeClass(method);
}

/** Whether a class, or a class that it extends, is excluded. */
export function isExcludedClass(constructor: Function): boolean {
  return Reflect.getMetadata(NO_METRICS, constructor) === true;
}

/** Whether this method of this class is excluded. Subclasses that override it are not. */
export function isExcludedMethod(
  prototype: object,
  key: string | symbol,
): boolean {
  return Reflect.getOwnMetadata(NO_METRICS, prototype, key) === true;
}

/** Whether a handler is excluded, by its class or by its method. */
export function isExcludedHandler(
  controller: Function,
  handler: Function,
): boolean {
  return isExcludedClass(controller) || isExcludedClass(handler);
}

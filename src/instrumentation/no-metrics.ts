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

/** Whether nothing is to be measured of a class, or of a class that it extends. */
export function isExcludedClass(constructor: Function): boolean {
  return Reflect.getMetadata(NO_METRICS, constructor) === true;
}

/** Whether nothing is to be measured of this method of this very class. */
export function isExcludedMethod(
  prototype: object,
  key: string | symbol,
): boolean {
  return Reflect.getOwnMetadata(NO_METRICS, prototype, key) === true;
}

/** Whether nothing is to be measured of a handler, as Nest's contexts name it. */
export function isExcludedHandler(
  controller: Function,
  handler: Function,
): boolean {
  return isExcludedClass(controller) || isExcludedClass(handler);
}

import { Inject, Optional } from '@nestjs/common';
import { ClassScope, Instrumentation } from './instrumentation.js';
import { isExcludedClass } from './no-metrics.js';

/** Where Nest puts the app's instrumentation, on instances of classes with decorated methods. */
const INSTRUMENTATION = Symbol('nestjs-agent-metrics:instrumentation');

/** Where such an instance keeps the recorders of its class. */
const SCOPE = Symbol('nestjs-agent-metrics:scope');

interface Measured {
  [SCOPE]?: ClassScope;
}

/**
 * Lets Nest give the app's instrumentation to every instance of this class, if
 * there is one. Property injection works for any scope, for subclasses, and for
 * several apps in one process; without the module nothing is injected.
 */
export function measureClass(prototype: object): void {
  if (Object.hasOwn(prototype, INSTRUMENTATION)) return;
  Object.defineProperty(prototype, INSTRUMENTATION, {
    set(this: object, value: unknown) {
      // Auto-mocking test containers inject whatever they like.
      if (value instanceof Instrumentation) attach(this, value);
    },
  });
  Inject(Instrumentation)(prototype, INSTRUMENTATION);
  Optional()(prototype, INSTRUMENTATION);
}

export function isMeasured(instance: unknown): instance is object {
  return (
    typeof instance === 'object' &&
    instance !== null &&
    INSTRUMENTATION in instance
  );
}

/** Makes the methods of one instance record. Hidden from enumeration; a frozen instance stays as it is. */
export function attach(
  instance: Measured,
  instrumentation: Instrumentation,
): void {
  const { constructor } = instance;
  if (typeof constructor !== 'function' || isExcludedClass(constructor)) return;
  Reflect.defineProperty(instance, SCOPE, {
    value: instrumentation.scopeOf(constructor),
    configurable: true,
  });
}

/** The recorders of an instance's class; `undefined` if the instance is not measured. */
export function scopeOf(instance: unknown): ClassScope | undefined {
  const scope = (instance as Measured | null | undefined)?.[SCOPE];
  return scope instanceof ClassScope ? scope : undefined;
}

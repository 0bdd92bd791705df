import { Inject, Optional } from '@nestjs/common';
import type { ClassScope, Instrumentation } from './instrumentation.js';
import { isExcludedClass } from './no-metrics.js';
import { CLASS_SCOPE, INSTRUMENTATION, isKind } from '../model/shared.js';

interface Measured {
  [CLASS_SCOPE]?: ClassScope;
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
      if (isInstrumentation(value)) attach(this, value);
    },
  });
  Inject(INSTRUMENTATION)(prototype, INSTRUMENTATION);
  Optional()(prototype, INSTRUMENTATION);
}

function isInstrumentation(value: unknown): value is Instrumentation {
  return isKind(value, 'instrumentation');
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
  Reflect.defineProperty(instance, CLASS_SCOPE, {
    value: instrumentation.scopeOf(constructor),
    configurable: true,
  });
}

/** The recorders of an instance's class; `undefined` if the instance is not measured. */
export function scopeOf(instance: unknown): ClassScope | undefined {
  const scope = (instance as Measured | null | undefined)?.[CLASS_SCOPE];
  return isKind(scope, 'class-scope') ? scope : undefined;
}

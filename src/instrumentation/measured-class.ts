import { Inject, Optional } from '@nestjs/common';
import type { ClassScope, Instrumentation } from './instrumentation.js';
import { isExcludedClass } from './no-metrics.js';
import {
  CLASS_SCOPE,
  FIXED_INSTANCES,
  INSTRUMENTATION,
  isKind,
} from '../core/shared-state.js';

interface Measured {
  [CLASS_SCOPE]?: ClassScope;
}

/** Lets Nest inject the app's instrumentation into every instance of this class. */
// Why: docs/decisions/instrumentation.md, "The process has no shared state".
export function measureClass(prototype: object): void {
  if (Object.hasOwn(prototype, INSTRUMENTATION)) return;
  Object.defineProperty(prototype, INSTRUMENTATION, {
    set(this: object, value: unknown) {
      // Auto-mocking test containers inject mocks of anything.
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

/** Makes the methods of one instance record. The property that it adds is not enumerable. */
export function attach(
  instance: Measured,
  instrumentation: Instrumentation,
): void {
  const { constructor } = instance;
  if (typeof constructor !== 'function' || isExcludedClass(constructor)) return;
  const value = instrumentation.scopeOf(constructor);
  const options = { value, configurable: true };
  if (Reflect.defineProperty(instance, CLASS_SCOPE, options)) return;
  FIXED_INSTANCES.isEmpty = false;
  FIXED_INSTANCES.scopes.set(instance, value);
}

/** The recorders of an instance's class; `undefined` if the instance is not measured. */
export function scopeOf(instance: unknown): ClassScope | undefined {
  const scope = (instance as Measured | null | undefined)?.[CLASS_SCOPE];
  if (isKind(scope, 'class-scope')) return scope;
  if (FIXED_INSTANCES.isEmpty) return undefined;
  return FIXED_INSTANCES.scopes.get(instance as object) as
    ClassScope | undefined;
}

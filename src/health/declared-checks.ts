import type { HealthCheckOptions } from './health-check.js';
import { HEALTH_CHECKS } from '../core/shared-state.js';

/** A method with `@HealthCheck()`. */
export interface DeclaredCheck {
  readonly name: string;
  readonly key: string | symbol;
  readonly options: HealthCheckOptions;
}

/** Marks the key on the prototype, and not the function. */
// Why: docs/decisions/endpoints.md, "An override of a check is a check".
export function declareCheck(prototype: object, check: DeclaredCheck): void {
  const own = Reflect.getOwnMetadata(HEALTH_CHECKS, prototype) ?? [];
  Reflect.defineMetadata(HEALTH_CHECKS, [...own, check], prototype);
}

/** The checks of a class and of the classes that it extends. A check of a class replaces an inherited one of the same method. */
export function declaredChecks(prototype: object | null): DeclaredCheck[] {
  if (prototype === null) return [];
  const own: DeclaredCheck[] =
    Reflect.getOwnMetadata(HEALTH_CHECKS, prototype) ?? [];
  const keys = new Set(own.map(({ key }) => key));
  const inherited = declaredChecks(Object.getPrototypeOf(prototype));
  return [...inherited.filter(({ key }) => !keys.has(key)), ...own];
}

import type { HealthCheckOptions } from './health-check.js';
import { HEALTH_CHECKS } from '../core/shared-state.js';

/** A method that `@HealthCheck()` stands on. */
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

/** The checks of a class and of those that it extends; what a class says of a method goes before what they say. */
export function declaredChecks(prototype: object | null): DeclaredCheck[] {
  if (prototype === null) return [];
  const own: DeclaredCheck[] =
    Reflect.getOwnMetadata(HEALTH_CHECKS, prototype) ?? [];
  const keys = new Set(own.map(({ key }) => key));
  const inherited = declaredChecks(Object.getPrototypeOf(prototype));
  return [...inherited.filter(({ key }) => !keys.has(key)), ...own];
}

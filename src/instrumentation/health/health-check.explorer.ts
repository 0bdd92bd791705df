import type { ModulesContainer } from '@nestjs/core';
import type { HealthCheckDefinition } from '../../health/health-check.js';
import { DecoratorError } from '../../model/errors.js';
import { className } from '../instrumentation.js';
import { type DeclaredCheck, declaredChecks } from './declared-checks.js';

/** What Nest knows of a provider or controller. */
interface Wrapper {
  /** Of what is made per request or per injection: a bare one, which nobody has constructed. */
  readonly instance: unknown;
  readonly isTransient: boolean;
  isDependencyTreeStatic(): boolean;
}

/** A check that was found, and where. */
export interface FoundCheck {
  readonly definition: HealthCheckDefinition;
  readonly source: string;
}

/**
 * Finds the methods with `@HealthCheck()` of all providers and controllers of an app.
 *
 * @throws {DecoratorError} if one is on a class of which there is an instance per request or per injection.
 */
export function findHealthChecks(modules: ModulesContainer): FoundCheck[] {
  const found: FoundCheck[] = [];
  const seen = new Set<unknown>();
  for (const { name, providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      const { instance } = wrapper;
      // An alias is another name for the same instance.
      if (seen.has(instance)) continue;
      seen.add(instance);
      found.push(...checksOf(wrapper, name));
    }
  }
  return found;
}

function checksOf(wrapper: Wrapper, module: string): FoundCheck[] {
  const { instance } = wrapper;
  if (typeof instance !== 'object' || instance === null) return [];
  return declaredOn(instance).map(({ name, key, options }) => {
    const owner = className(instance.constructor);
    const source = `${owner}.${String(key)}() of ${module}`;
    checkScope(wrapper, name, source);
    const methods = instance as Record<
      PropertyKey,
      HealthCheckDefinition['check']
    >;
    const check = (signal: AbortSignal) => methods[key]!(signal);
    return { definition: { ...options, name, check }, source };
  });
}

/** What users provide may be anything, also something that does not let itself be looked at. */
function declaredOn(instance: object): DeclaredCheck[] {
  try {
    return declaredChecks(Object.getPrototypeOf(instance));
  } catch {
    return [];
  }
}

/** A check is run outside of requests, on one instance. */
function checkScope(wrapper: Wrapper, name: string, source: string): void {
  const scope = !wrapper.isDependencyTreeStatic()
    ? 'request-scoped, or depends on something that is'
    : wrapper.isTransient
      ? 'transient'
      : undefined;
  if (scope === undefined) return;
  throw new DecoratorError(
    `@HealthCheck("${name}") stands on ${source}, which is ${scope}; expected a provider or controller of the default scope`,
  );
}

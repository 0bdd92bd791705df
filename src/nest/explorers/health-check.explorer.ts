import type { HealthCheckDefinition } from '../../health/health-check.js';
import { DecoratorError } from '../../core/errors.js';
import type { Module } from './app-classes.js';
import { className } from '../../instrumentation/class-name.js';
import {
  type DeclaredCheck,
  declaredChecks,
} from '../../health/declared-checks.js';

/** Nest's record of a provider or controller. */
interface Wrapper {
  /** The instance. For request-scoped and transient providers, an object on which no constructor has run. */
  readonly instance: unknown;
  readonly isTransient: boolean;
  isDependencyTreeStatic(): boolean;
}

/** A check that was found, and where. */
export interface FoundCheck {
  readonly definition: HealthCheckDefinition;
  readonly source: string;
  /** Why the check cannot be run; `undefined` if it can. */
  readonly mistake: DecoratorError | undefined;
}

/** Finds the methods with `@HealthCheck()` of the providers and controllers of an app. */
export class HealthCheckExplorer {
  private readonly seen = new WeakSet<object>();

  /** The checks of instances that were not found before: an alias provides the same instance again. */
  find(modules: Iterable<Module>): FoundCheck[] {
    return [...modules].flatMap(({ name, providers, controllers }) =>
      [...providers.values(), ...controllers.values()].flatMap((wrapper) =>
        this.checksOf(wrapper, name),
      ),
    );
  }

  private checksOf(wrapper: Wrapper, module: string): FoundCheck[] {
    const { instance } = wrapper;
    if (typeof instance !== 'object' || instance === null) return [];
    if (this.seen.has(instance)) return [];
    this.seen.add(instance);
    return declaredOn(instance).map(({ name, key, options }) => {
      const owner = className(instance.constructor);
      const source = `${owner}.${String(key)}() of ${module}`;
      const methods = instance as Record<
        PropertyKey,
        HealthCheckDefinition['check']
      >;
      const check = (signal: AbortSignal) => methods[key]!(signal);
      const mistake = scopeMistake(wrapper, name, source);
      return { definition: { ...options, name, check }, source, mistake };
    });
  }
}

/** The checks that an instance declares. A provided value may throw when its properties are read, and has none then. */
function declaredOn(instance: object): DeclaredCheck[] {
  try {
    return declaredChecks(Object.getPrototypeOf(instance));
  } catch {
    return [];
  }
}

/** A check is run outside of requests, on one instance. */
function scopeMistake(
  wrapper: Wrapper,
  name: string,
  source: string,
): DecoratorError | undefined {
  const scope = !wrapper.isDependencyTreeStatic()
    ? 'request-scoped, or depends on something that is'
    : wrapper.isTransient
      ? 'transient'
      : undefined;
  if (scope === undefined) return undefined;
  return new DecoratorError(
    `@HealthCheck("${name}") stands on ${source}, which is ${scope}; expected a provider or controller of the default scope`,
  );
}

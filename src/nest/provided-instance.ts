import { Scope, type Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { messageOf, OptionsError } from '../core/errors.js';

/**
 * The instance of a class in an option: the app's provider of that class, or a new instance
 * if no module has one.
 *
 * @param what the beginning of error messages, e.g. `prometheus.guards has`.
 * @param instead the alternative to a request-scoped class, for error messages.
 * @throws {OptionsError} if NestJS cannot create it, or it is request-scoped.
 */
export async function providedInstance<T>(
  type: Type<T>,
  what: string,
  instead: string,
  moduleRef: ModuleRef,
): Promise<T> {
  const scope = scopeOf(type, moduleRef);
  if (scope === Scope.REQUEST) {
    throw new OptionsError(
      `${what} ${type.name}, which is request-scoped; ${instead}`,
    );
  }
  try {
    if (scope === undefined) return await moduleRef.create(type);
    return await moduleRef.resolve(type, undefined, { strict: false });
  } catch (error) {
    throw new OptionsError(
      `${what} ${type.name}, which Nest cannot make: ${messageOf(error)}; expected a provider of a module, or a class whose dependencies are global`,
      { cause: error },
    );
  }
}

/** @returns the scope of the provider of a class; `undefined` if no module provides the class. */
function scopeOf(type: Type, moduleRef: ModuleRef): Scope | undefined {
  try {
    return moduleRef.introspect(type).scope;
  } catch {
    return undefined;
  }
}

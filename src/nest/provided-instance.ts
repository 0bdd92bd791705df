import { Scope, type Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { messageOf, OptionsError } from '../core/errors.js';

/**
 * The instance of a class that was given by option: the app's own provider, or one
 * that is made for the purpose if no module has it.
 *
 * @param what stands before its name in messages, e.g. `prometheus.guards has`.
 * @param instead what is expected instead of one that is made for each request.
 * @throws {OptionsError} if it cannot be made, or can only be made for each request.
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

/** @returns undefined if no module has it. */
function scopeOf(type: Type, moduleRef: ModuleRef): Scope | undefined {
  try {
    return moduleRef.introspect(type).scope;
  } catch {
    return undefined;
  }
}

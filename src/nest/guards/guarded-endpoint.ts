import { type CanActivate, type Type, UseGuards } from '@nestjs/common';
import {
  ApplicationConfig,
  ExternalContextCreator,
  ModuleRef,
} from '@nestjs/core';
import { OptionsError } from '../../core/errors.js';
import { providedInstance } from '../provided-instance.js';
import type { ProtectionConfig } from './protection.options.js';

/** The metadata key under which `@UseGuards()` stores the guards of a class. */
const GUARDS_METADATA = '__guards__';

const INSTEAD =
  'expected guards without a request scope; for others extend MetricsController or HealthController';

/** Runs the guards; rejects with what a guard throws, or with Nest's `ForbiddenException`. */
export type RunGuards = (request: unknown, response: unknown) => Promise<void>;

/** The parts of Nest that find and run guards. */
export type NestParts = readonly [
  ModuleRef,
  ExternalContextCreator,
  ApplicationConfig,
];

/**
 * Lets Nest run the guards of a page, as it does for a method of a controller: global
 * guards first, and with the metadata that decorators set.
 *
 * @param name the name of the class that guards see.
 * @param path the path of the options.
 * @throws {OptionsError} if a guard cannot be made, or can only be made for each request.
 */
export async function guardsOf(
  { guards = [], decorators = [] }: ProtectionConfig,
  name: string,
  path: string,
  [moduleRef, creator, config]: NestParts,
): Promise<RunGuards> {
  if (config.getGlobalRequestGuards().length > 0) {
    throw new OptionsError(
      `${path}.guards and ${path}.decorators have the app's global guards run, one of which is request-scoped; ${INSTEAD}`,
    );
  }
  let endpoint = endpointClass(name);
  for (const decorate of [UseGuards(...guards), ...decorators]) {
    endpoint = (decorate(endpoint) as typeof endpoint | void) ?? endpoint;
  }
  // Why: docs/decisions/security.md, "Guards of the options are run by Nest".
  const bound: (Type<CanActivate> | CanActivate)[] =
    Reflect.getMetadata(GUARDS_METADATA, endpoint) ?? [];
  const made = await Promise.all(
    bound.map(async (guard) =>
      typeof guard === 'function'
        ? providedInstance(guard, `${path}.guards has`, INSTEAD, moduleRef)
        : guard,
    ),
  );
  Reflect.defineMetadata(GUARDS_METADATA, made, endpoint);
  const instance = new endpoint();
  return creator.create(
    instance,
    instance.serve,
    'serve',
    undefined,
    undefined,
    undefined,
    undefined,
    { guards: true, interceptors: false, filters: false },
    'http',
  );
}

/** A separate class for each page of each module, so that they share no metadata. */
function endpointClass(name: string) {
  const endpoint = class {
    serve(this: void): void {}
  };
  Object.defineProperty(endpoint, 'name', { value: name });
  return endpoint;
}

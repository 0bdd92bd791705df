import type { ModulesContainer } from '@nestjs/core';

export type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** Nest's record of a provider, controller, guard or the like. */
type Wrapper = Module['providers'] extends Map<unknown, infer W> ? W : never;

/** The value of a factory, a value provider or an alias. */
export interface ProvidedValue {
  /** The injection token of the provider, as text. */
  readonly token: string;
  readonly value: unknown;
}

/** The classes that Nest instantiates. */
export function classesOf(modules: Iterable<Module>): Set<Function> {
  const classes = wrappersOf(modules)
    .filter(({ isNotMetatype }) => !isNotMetatype)
    .map(({ metatype }) => metatype);
  return new Set(classes.filter((one) => typeof one === 'function'));
}

/** The values that Nest does not instantiate itself. The value of a factory is there once it has run. */
export function valuesOf(modules: Iterable<Module>): ProvidedValue[] {
  return wrappersOf(modules)
    .filter(({ isNotMetatype }) => isNotMetatype)
    .map(({ name, instance }) => ({ token: String(name), value: instance }));
}

function wrappersOf(modules: Iterable<Module>): Wrapper[] {
  return [...modules].flatMap(
    ({ providers, controllers, injectables, middlewares }) =>
      [providers, controllers, injectables, middlewares].flatMap((all) => [
        ...all.values(),
      ]),
  );
}

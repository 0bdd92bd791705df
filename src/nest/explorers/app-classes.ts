import type { ModulesContainer } from '@nestjs/core';

export type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** What Nest knows of one provider, controller, guard or the like. */
type Wrapper = Module['providers'] extends Map<unknown, infer W> ? W : never;

/** What a factory, a value provider or an alias gives to the app. */
export interface ProvidedValue {
  /** The token that it is injected by, as text. */
  readonly token: string;
  readonly value: unknown;
}

/** The classes that Nest makes instances of. */
export function classesOf(modules: Iterable<Module>): Set<Function> {
  const classes = wrappersOf(modules)
    .filter(({ isNotMetatype }) => !isNotMetatype)
    .map(({ metatype }) => metatype);
  return new Set(classes.filter((one) => typeof one === 'function'));
}

/** What Nest does not make itself and is there: values always, what factories give once they have run. */
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

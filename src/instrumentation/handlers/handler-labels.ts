/**
 * The name of the property of the class that holds the handler. Decorators replace methods,
 * often by a function without a name, or with the same name for all methods.
 */
export function handlerName(handlerClass: Function, handler: Function): string {
  const given = handler.name.replace(/^(bound )+/, '');
  let prototype: object | null = handlerClass.prototype;
  while (prototype !== null && prototype !== Object.prototype) {
    const name = propertyOf(prototype, handler, given);
    if (name !== undefined) return name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return given || 'anonymous';
}

/** Prefers the property that has the name of the handler. */
function propertyOf(
  prototype: object,
  handler: Function,
  given: string,
): string | undefined {
  const names = Object.getOwnPropertyNames(prototype).filter(
    (name) =>
      Object.getOwnPropertyDescriptor(prototype, name)?.value === handler,
  );
  return names.includes(given) ? given : names[0];
}

/** The metadata of `@nestjs/graphql` with the parent type and the name of a field, on the method or its class. */
const PARENT_TYPE = 'graphql:resolver_type';
const FIELD_NAME = 'graphql:resolver_name';

const OPERATIONS = new Map<unknown, string>([
  ['Query', 'query'],
  ['Mutation', 'mutation'],
  ['Subscription', 'subscription'],
]);

/** The labels of a method that resolves a root field; `undefined` for one that resolves a field of a type. */
// Why: docs/decisions/instrumentation.md, "GraphQL is measured by root field".
export function rootField(
  resolver: Function,
  method: Function,
): { operation: string; field: string } | undefined {
  const parent: unknown =
    Reflect.getMetadata(PARENT_TYPE, method) ??
    Reflect.getMetadata(PARENT_TYPE, resolver);
  const operation = OPERATIONS.get(parent);
  if (operation === undefined) return undefined;
  const name: unknown = Reflect.getMetadata(FIELD_NAME, method);
  return {
    operation,
    field: typeof name === 'string' ? name : handlerName(resolver, method),
  };
}

/** The object that identifies one call of a resolver: arguments are copied on the way, `info` is not. */
export function callOfField(args: unknown[]): object {
  const info = args[3];
  return typeof info === 'object' && info !== null ? info : args;
}

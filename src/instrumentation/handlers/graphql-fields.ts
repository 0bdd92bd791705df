import type { ExternalContextCreator } from '@nestjs/core';
import type { HandlerMetrics } from './handler-metrics.js';
import { handlerName } from './handler-name.js';
import { catchAndReport } from '../../core/catch-and-report.js';
import { patchMethod } from '../../core/patch-method.js';

/** Where the decorators of `@nestjs/graphql` leave the parent type and the name of a field, on the method or its class. */
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

/** What is the same object wherever the resolving of a field is handed on: its arguments are copied, its `info` is not. */
export function callOfField(args: unknown[]): object {
  const info = args[3];
  return typeof info === 'object' && info !== null ? info : args;
}

/**
 * Measures the resolvers of root fields from outside of their guards, pipes and
 * filters: `@nestjs/graphql` has them made by this one creator of the app.
 */
export function measureResolvers(
  creator: ExternalContextCreator,
  handlers: HandlerMetrics,
): void {
  patchMethod(creator, 'create', (create) => (...creation: any[]) => {
    const resolve = Reflect.apply(create, creator, creation);
    const [instance, , name, , , , , , transport] = creation;
    if (transport !== 'graphql') return resolve;
    const recorder = catchAndReport(
      handlers.collector,
      'transport',
      () => handlers.recorder(instance.constructor, instance[name], transport),
      'GraphQL',
    );
    if (recorder === undefined) return resolve;
    return (...args: unknown[]) =>
      handlers.claim(callOfField(args))
        ? recorder.call(resolve, undefined, args)
        : resolve(...args);
  });
}

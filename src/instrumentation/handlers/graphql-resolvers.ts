import type { ExternalContextCreator } from '@nestjs/core';
import { catchAndReport } from '../../core/catch-and-report.js';
import { patchMethod } from '../../core/patch-method.js';
import { callOfField } from './handler-labels.js';
import type { HandlerMetrics } from './handler-metrics.js';

/** Measures the resolvers of root fields from outside of their guards, pipes and filters. */
// Why: docs/decisions/instrumentation.md, "Calls are measured on objects of one app".
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
      handlers.claimCall(callOfField(args))
        ? recorder.call(resolve, undefined, args)
        : resolve(...args);
  });
}

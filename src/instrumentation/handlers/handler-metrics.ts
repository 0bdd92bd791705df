import type { ExecutionContext } from '@nestjs/common';
import type { MetricDeclaration } from '../../collector/metric-declaration.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { countedCalls, timedCalls } from '../calls/call-metrics.js';
import { CallRecorder } from '../calls/call-recorder.js';
import { classLabel } from '../class-name.js';
import { HANDLER_DESCRIPTORS } from './handler.descriptors.js';
import { callOfField, handlerName, rootField } from './handler-labels.js';
import { metricNamesOf } from '../measured-method.js';
import { isExcludedHandler } from '../no-metrics.js';
import { KIND } from '../../core/shared-state.js';

const CALL_METRICS = [
  timedCalls({
    name: HANDLER_DESCRIPTORS.duration.name,
    summary: HANDLER_DESCRIPTORS.duration.description,
  }),
  countedCalls({
    name: HANDLER_DESCRIPTORS.executions.name,
    summary: HANDLER_DESCRIPTORS.executions.description,
  }),
];

/** The metrics, declared before the first call. */
// Why: docs/decisions/instrumentation.md, "The interceptor has metrics of its own".
export const HANDLER_DECLARATIONS: readonly MetricDeclaration[] =
  CALL_METRICS.map(({ name, type }) => ({
    name,
    type,
    place: 'MetricsInterceptor',
  }));

/**
 * Gives the recorder for calls into handlers, whatever the transport. The transport
 * names the method and the class that it calls.
 */
// Why: docs/decisions/instrumentation.md, "One switch measures all handlers".
export class HandlerMetrics {
  readonly [KIND] = 'handler-metrics';
  private readonly known = new WeakMap<Function, KnownHandler[]>();
  private readonly claimed = new WeakSet<object>();

  constructor(readonly collector: MetricsCollector) {}

  /**
   * The recorder for the calls of a handler; `undefined` if they are not measured.
   *
   * A handler may be reached in several ways: by inheritance from several
   * classes, and over several transports.
   */
  recorder(
    controller: Function,
    method: Function,
    transport: string,
  ): CallRecorder | undefined {
    let known = this.known.get(method);
    if (known === undefined) this.known.set(method, (known = []));
    let handler = known.find(
      (one) => one.controller === controller && one.transport === transport,
    );
    if (handler === undefined) {
      const recorder = this.makeRecorder(controller, method, transport);
      known.push((handler = { controller, transport, recorder }));
    }
    return handler.recorder;
  }

  recorderFor(context: ExecutionContext): CallRecorder | undefined {
    return this.recorder(
      context.getClass(),
      context.getHandler(),
      context.getType<string>(),
    );
  }

  /** The recorder for one call. Only the first caller gets it: several places may see the same call. */
  claimRecorder(context: ExecutionContext): CallRecorder | undefined {
    const recorder = this.recorderFor(context);
    return recorder !== undefined && this.claimCall(callOf(context))
      ? recorder
      : undefined;
  }

  /** @returns whether the call was unclaimed. */
  claimCall(call: object): boolean {
    if (this.claimed.has(call)) return false;
    this.claimed.add(call);
    return true;
  }

  private makeRecorder(
    controller: Function,
    method: Function,
    transport: string,
  ): CallRecorder | undefined {
    const isGraphql = transport === 'graphql';
    const field = isGraphql ? rootField(controller, method) : undefined;
    if (isGraphql && field === undefined) return undefined;
    if (isExcludedHandler(controller, method)) return undefined;
    const recorded = metricNamesOf(method);
    const metrics = CALL_METRICS.filter(({ name }) => !recorded.includes(name));
    const identity = {
      handler: classLabel(controller),
      method: handlerName(controller, method),
      transport,
      ...field,
    };
    return new CallRecorder(
      this.collector,
      { metrics, argumentLabels: new Map() },
      identity,
    );
  }
}

interface KnownHandler {
  readonly controller: Function;
  readonly transport: string;
  readonly recorder: CallRecorder | undefined;
}

/** The object that identifies one call. */
function callOf(context: ExecutionContext): object {
  const args = context.getArgs<unknown[]>();
  return context.getType<string>() === 'graphql' ? callOfField(args) : args;
}

import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { MetricsCollector } from '../collector/metrics-collector.js';
import type { Labels } from '../model/labels.js';
import { countedCalls, timedCalls } from './call-metrics.js';
import { CallRecorder } from './call-recorder.js';
import { className, Instrumentation } from './instrumentation.js';
import { metricNamesOf } from './measured-method.js';
import { isExcludedHandler } from './no-metrics.js';

const HANDLER_METRICS = [
  timedCalls({
    name: 'handler_duration_seconds',
    description: 'Duration of calls into handlers in seconds.',
  }),
  countedCalls({
    name: 'handler_executions_total',
    description: 'Calls into handlers by outcome.',
  }),
];

/**
 * Times and counts the calls that Nest makes into handlers, over HTTP, RPC,
 * WebSocket and GraphQL: `handler_duration_seconds` and `handler_executions_total`
 * with the labels `handler` (the class), `method`, `transport`, `status` and, if it
 * failed, `error_type`. It leaves out a metric that the handler's own `@Timed` or
 * `@Counted` records in.
 *
 * Bind it with `@UseInterceptors(MetricsInterceptor)`, or everywhere with the
 * module's option `interceptor: true`.
 */
@Injectable()
export class MetricsInterceptor implements NestInterceptor {
  private readonly recorders = new WeakMap<Function, HandlerRecorder[]>();

  constructor(
    @Optional()
    @Inject(Instrumentation)
    private readonly instrumentation?: Instrumentation,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { instrumentation } = this;
    const isMeasured =
      instrumentation instanceof Instrumentation &&
      !isExcludedHandler(context.getClass(), context.getHandler()) &&
      instrumentation.claim(context);
    if (!isMeasured) return next.handle();
    return this.recorder(instrumentation.collector, context).call(
      () => next.handle(),
      undefined,
      context.getArgs(),
    );
  }

  /** A handler may be reached in several ways: by inheritance from several classes, and over several transports. */
  private recorder(
    collector: MetricsCollector,
    context: ExecutionContext,
  ): CallRecorder {
    const handler = context.getHandler();
    const controller = context.getClass();
    const transport = context.getType<string>();
    let known = this.recorders.get(handler);
    if (known === undefined) this.recorders.set(handler, (known = []));
    let found = known.find(
      (one) => one.controller === controller && one.transport === transport,
    );
    if (found === undefined) {
      const recorder = recorderOf(collector, handler, {
        handler: className(controller),
        method: handler.name,
        transport,
      });
      known.push((found = { controller, transport, recorder }));
    }
    return found.recorder;
  }
}

interface HandlerRecorder {
  readonly controller: Function;
  readonly transport: string;
  readonly recorder: CallRecorder;
}

function recorderOf(
  collector: MetricsCollector,
  handler: Function,
  identity: Labels,
): CallRecorder {
  const recorded = metricNamesOf(handler);
  const metrics = HANDLER_METRICS.filter(
    ({ name }) => !recorded.includes(name),
  );
  return new CallRecorder(
    collector,
    { metrics, argumentLabels: new Map() },
    identity,
  );
}

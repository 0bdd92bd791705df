import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { countedCalls, timedCalls } from './call-metrics.js';
import { CallRecorder } from './call-recorder.js';
import { Instrumentation } from './instrumentation.js';
import { metricNamesOf } from './measured-method.js';

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
  private readonly recorders = new WeakMap<
    Function,
    WeakMap<Function, CallRecorder>
  >();

  constructor(
    @Optional()
    @Inject(Instrumentation)
    private readonly instrumentation?: Instrumentation,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { instrumentation } = this;
    const responsible = instrumentation?.globalInterceptor ?? this;
    if (!(instrumentation instanceof Instrumentation) || responsible !== this) {
      return next.handle();
    }
    return this.recorder(instrumentation, context).call(
      () => next.handle(),
      undefined,
      context.getArgs(),
    );
  }

  private recorder(
    { collector }: Instrumentation,
    context: ExecutionContext,
  ): CallRecorder {
    const handler = context.getHandler();
    const controller = context.getClass();
    let ofClass = this.recorders.get(controller);
    if (ofClass === undefined) {
      this.recorders.set(controller, (ofClass = new WeakMap()));
    }
    let recorder = ofClass.get(handler);
    if (recorder === undefined) {
      const recorded = metricNamesOf(handler);
      recorder = new CallRecorder(
        collector,
        {
          metrics: HANDLER_METRICS.filter(
            ({ name }) => !recorded.includes(name),
          ),
          argumentLabels: new Map(),
        },
        {
          handler: controller.name,
          method: handler.name,
          transport: context.getType<string>(),
        },
      );
      ofClass.set(handler, recorder);
    }
    return recorder;
  }
}

import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { HandlerMetrics } from './handler-metrics.js';
import { HANDLER_METRICS, isKind } from '../../core/shared-state.js';

/**
 * Times and counts the calls that Nest makes into handlers, over HTTP, RPC,
 * WebSocket and GraphQL: `handler_duration_seconds` and `handler_executions_total`
 * with the labels `handler` (the class), `method`, `transport`, `status` and, if it
 * failed, `error_type`; over GraphQL also `operation` and `field`. It leaves out a
 * metric that the handler's own `@Timed` or `@Counted` records in.
 *
 * Bind it with `@UseInterceptors(MetricsInterceptor)` to measure some handlers. The
 * module's option `interceptor: true` measures all of them, over more transports
 * and including what guards refuse.
 */
@Injectable()
export class MetricsInterceptor implements NestInterceptor {
  constructor(
    @Optional()
    @Inject(HANDLER_METRICS)
    private readonly handlers?: HandlerMetrics,
  ) {}

  /** Follows the call to the end of its answer, and changes nothing in it. Nest calls it. */
  // Why: docs/decisions/instrumentation.md, "Rejections by HTTP guards are not counted by handler".
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    // Auto-mocking test containers inject mocks of anything.
    const recorder = isKind(this.handlers, 'handler-metrics')
      ? this.handlers?.claimRecorder(context)
      : undefined;
    if (recorder === undefined) return next.handle();
    return recorder.call(() => next.handle(), undefined, context.getArgs());
  }
}

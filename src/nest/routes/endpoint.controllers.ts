import { Get, Inject, Req, Res } from '@nestjs/common';
import { PrometheusCollector } from '../../collector/prometheus-collector.js';
import type { Resource } from '../../http/resources.js';
import { receivedRequest } from './node-http.js';

abstract class EndpointController {
  /** Answers the requests. */
  @Inject(PrometheusCollector)
  protected readonly collector!: PrometheusCollector;
}

/**
 * The metrics page as a controller of the app, for guards, a prefix, a version or other
 * decorators of Nest's on it. Extend it, and switch the module's own page off with
 * `prometheus: { path: false }`.
 *
 * Example: `@Controller('internal/metrics')` and `@UseGuards(OperatorGuard)` before
 * `export class GuardedMetricsController extends MetricsController {}`.
 */
export abstract class MetricsController extends EndpointController {
  /** Answers with the metrics page, in the format that the request accepts. Never rejects. */
  @Get()
  serve(@Req() request: any, @Res() response: any): Promise<void> {
    return answer(this.collector, 'metrics', request, response);
  }
}

/** The health and its probes as a controller of the app; see {@link MetricsController}. */
export abstract class HealthController extends EndpointController {
  /** Answers with the health: 200 when healthy, 503 when not. Never rejects. */
  @Get()
  serve(@Req() request: any, @Res() response: any): Promise<void> {
    return answer(this.collector, 'health', request, response);
  }

  /** Answers 200 as long as the process runs. Never rejects. */
  @Get('live')
  live(@Req() request: any, @Res() response: any): Promise<void> {
    return answer(this.collector, 'live', request, response);
  }

  /** Answers 200 when the app is ready for requests, 503 when not. Never rejects. */
  @Get('ready')
  ready(@Req() request: any, @Res() response: any): Promise<void> {
    return answer(this.collector, 'ready', request, response);
  }
}

function answer(
  collector: PrometheusCollector,
  resource: Resource,
  request: any,
  response: any,
): Promise<void> {
  return collector.serve(receivedRequest(resource, request, response));
}

import { Get, Inject, Req, Res } from '@nestjs/common';
import { PrometheusCollector } from '../collector/prometheus-collector.js';
import type { Probe } from '../exposition/resources.js';
import { clientOf, nodeRequest, nodeResponse } from './node-http.js';

abstract class EndpointController {
  @Inject(PrometheusCollector)
  protected readonly collector!: PrometheusCollector;
}

/**
 * The metrics page as a controller of the user's own, for those who want guards,
 * a prefix, a version or other decorators of Nest's on it. Extend it, and switch
 * the module's own page off with `prometheus: { path: false }`.
 *
 * @example
 * @Controller('internal/metrics')
 * @UseGuards(OperatorGuard)
 * export class GuardedMetricsController extends MetricsController {}
 */
export abstract class MetricsController extends EndpointController {
  @Get()
  serve(@Req() request: any, @Res() response: any): Promise<void> {
    return this.collector.serveMetrics(
      nodeRequest(request),
      nodeResponse(response),
      clientOf(request),
    );
  }
}

/** The health and its probes as a controller of the user's own; see {@link MetricsController}. */
export abstract class HealthController extends EndpointController {
  @Get()
  serve(@Req() request: any, @Res() response: any): Promise<void> {
    return this.collector.serveHealth(
      nodeRequest(request),
      nodeResponse(response),
      clientOf(request),
    );
  }

  @Get('live')
  live(@Req() request: any, @Res() response: any): Promise<void> {
    return this.probe('live', request, response);
  }

  @Get('ready')
  ready(@Req() request: any, @Res() response: any): Promise<void> {
    return this.probe('ready', request, response);
  }

  private probe(probe: Probe, request: any, response: any): Promise<void> {
    return this.collector.serveProbe(
      probe,
      nodeRequest(request),
      nodeResponse(response),
      clientOf(request),
    );
  }
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { watchExporters } from '../../exporters/pipeline/exporter-context.js';
import { catchAndReport } from '../../core/catch-and-report.js';
import { HostNames } from './host-names.js';
import {
  type NonThrowing,
  type Listeners,
  NODE_READER,
  nodeListeners,
  UNDICI_READER,
  undiciListeners,
} from './http-client-channels.js';
import type { HttpClientConfig } from './http-client.options.js';
import {
  OutgoingRequests,
  type RequestContext,
  RequestDurations,
} from './outgoing-requests.js';

/**
 * Measures the outgoing HTTP requests of the process: those of `fetch()` and
 * undici, and those of `node:http` and `node:https`. It listens to the channels
 * of `node:diagnostics_channel` that they report to, and changes nothing in them.
 *
 * It records `http_client_request_duration_seconds` with the labels `method`, `host`,
 * `status_code` and, if the request failed, `error_type`: `http.client.request.duration`
 * of OpenTelemetry's HTTP semantic conventions, in seconds to the end of the body.
 */
// Why: docs/decisions/http.md, "Outgoing requests are observed, not patched".
export class HttpClientMetrics {
  private readonly listeners: Listeners;
  private unwatch = () => {};

  /** @param context has the labels around a request. */
  constructor(
    private readonly collector: MetricsCollector,
    { hosts: allowed, maxHosts }: HttpClientConfig,
    context?: RequestContext,
  ) {
    const hosts = new HostNames(allowed, maxHosts);
    const durations = new RequestDurations(collector, context);
    const undici = new OutgoingRequests(UNDICI_READER, hosts, durations);
    const node = new OutgoingRequests(NODE_READER, hosts, durations);
    this.listeners = {
      ...undiciListeners(undici),
      ...nodeListeners(node, this.nonThrowing),
    };
    for (const channel in this.listeners) {
      this.listeners[channel] = this.nonThrowing(this.listeners[channel]!);
    }
  }

  /** Subscribes to the channels. Call it once. */
  start(): void {
    this.unwatch = watchExporters();
    for (const channel in this.listeners) {
      subscribe(channel, this.listeners[channel]!);
    }
  }

  /** Unsubscribes from the channels. Requests that have not ended are not recorded. */
  stop(): void {
    this.unwatch();
    this.unwatch = () => {};
    for (const channel in this.listeners) {
      unsubscribe(channel, this.listeners[channel]!);
    }
  }

  /** An error that a listener throws would end the process. */
  private readonly nonThrowing: NonThrowing = (listener) => {
    return (...args) =>
      catchAndReport(
        this.collector,
        'http_client',
        () => listener(...args),
        'outgoing request',
      );
  };
}

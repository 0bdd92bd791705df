import type { MetricDeclaration } from '../../collector/metric-declaration.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Histogram } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import { MetricType } from '../../model/metric-type.js';
import { isExporterWork } from '../../exporters/pipeline/exporter-context.js';
import { instant, secondsSince } from '../../core/clock.js';
import { errorType } from '../class-name.js';
import { HTTP_CLIENT_DESCRIPTORS } from './http-client.descriptors.js';
import type { HostNames } from './host-names.js';
import { HTTP_DURATION_BUCKETS, methodLabel } from '../http-conventions.js';

const { name: DURATION, description } = HTTP_CLIENT_DESCRIPTORS.duration;

/** The default buckets; the module's option `buckets` overrides them. */
export const HTTP_CLIENT_BUCKETS = { [DURATION]: HTTP_DURATION_BUCKETS };

/** The metrics, declared before the first request. */
export const HTTP_CLIENT_METRICS: readonly MetricDeclaration[] = [
  { name: DURATION, type: MetricType.TIMER, place: 'the option httpClient' },
];

/** The labels of a request; each has few values. */
export type RequestLabels = Readonly<{
  method: string;
  host: string;
  /** The status code of the answer; `undefined` if there was none. */
  status_code: number | undefined;
}>;

/** Knows the labels around a request that begins. */
export interface RequestContext {
  readonly current: { readonly labels: Labels } | undefined;
}

/** Writes the durations of outgoing requests to one collector. */
export class RequestDurations {
  private histogram: Histogram | undefined = undefined;

  /** @param context has the labels around a request. */
  constructor(
    private readonly collector: MetricsCollector,
    readonly context: RequestContext | undefined,
  ) {}

  /** @param failure the type of the error that ended the request, if one did. */
  record(
    labels: RequestLabels,
    failure: string | undefined,
    seconds: number,
  ): void {
    this.histogram ??= this.collector.timer(DURATION, { description });
    this.histogram.observe({ ...labels, error_type: failure }, seconds);
  }
}

/** Reads the requests of one HTTP client. */
export interface RequestReader<R extends object> {
  methodOf(request: R): string;
  /** Scheme, host and port of the request. */
  originOf(request: R): string;
}

/** A request that has begun. */
class Exchange {
  readonly start = instant();

  constructor(readonly context: Labels | undefined) {}

  status: number | undefined = undefined;
  ended = false;
}

/**
 * Follows the requests of one client from start to end, and records each of them
 * once. Requests that began earlier are ignored.
 */
export class OutgoingRequests<R extends object> {
  /** The exchange of each request; `undefined` for requests of exporters, which are not those of the app. */
  private readonly exchanges = new WeakMap<R, Exchange | undefined>();

  constructor(
    private readonly reader: RequestReader<R>,
    private readonly hosts: HostNames,
    private readonly durations: RequestDurations,
  ) {}

  begin(request: R): void {
    if (!this.exchanges.has(request)) {
      const { context } = this.durations;
      const exchange = isExporterWork()
        ? undefined
        : new Exchange(context?.current?.labels);
      this.exchanges.set(request, exchange);
    }
  }

  /** Notes a status. The last one counts: informational responses come before it. */
  answer(request: R, status: number): void {
    const exchange = this.exchanges.get(request);
    if (exchange !== undefined) exchange.status = status;
  }

  succeed(request: R): void {
    this.end(request, undefined);
  }

  fail(request: R, error: unknown): void {
    this.end(request, failureType(error));
  }

  private end(request: R, failure: string | undefined): void {
    const exchange = this.exchanges.get(request);
    if (exchange === undefined || exchange.ended) return;
    exchange.ended = true;
    const seconds = secondsSince(exchange.start);
    const labels = {
      ...exchange.context,
      method: methodLabel(this.reader.methodOf(request)),
      host: this.hosts.nameOf(this.reader.originOf(request)),
      status_code: exchange.status,
    };
    this.durations.record(labels, failure, seconds);
  }
}

/** The form of the error codes of Node, undici and OpenSSL, e.g. ECONNREFUSED. */
const CODE = /^[A-Z][A-Z0-9_]*$/;

/** The code of an error if it has one, else its name. Only an `AbortController` can be given something that is no error. */
// Why: docs/decisions/http.md, "An error status is no `error_type`".
function failureType(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'AbortError';
    const { name, cause, code } = error as Error & { code?: unknown };
    if (name === 'AbortError') {
      // The error of node:http when an `AbortSignal.timeout()` fires.
      const isTimeout = cause instanceof Error && cause.name === 'TimeoutError';
      return isTimeout ? cause.name : name;
    }
    if (typeof code === 'string' && CODE.test(code)) return code;
  } catch {
    // The error is an object that throws when its properties are read.
  }
  return errorType(error);
}

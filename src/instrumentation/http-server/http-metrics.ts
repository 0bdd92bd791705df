import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MetricDeclaration } from '../../collector/metric-declaration.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Gauge } from '../../model/gauge.js';
import type { Histogram, HistogramSeries } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import type { MetricDescriptor } from '../../model/metric-descriptor.js';
import { MetricType } from '../../model/metric-type.js';
import { HTTP_DURATION_BUCKETS, methodLabel } from '../http-conventions.js';
import { addOwnLabels, type MutableLabels } from '../own-labels.js';
import { report } from '../../core/catch-and-report.js';
import type { HttpConfig } from './http.options.js';
import { HTTP_SERVER_DESCRIPTORS } from './http-server.descriptors.js';
import { type HttpFramework, UNMATCHED } from './http-framework.js';

const { duration: DURATION, active: ACTIVE } = HTTP_SERVER_DESCRIPTORS;
const { requestSize: REQUEST_SIZE, responseSize: RESPONSE_SIZE } =
  HTTP_SERVER_DESCRIPTORS;

const BYTES = [100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** The default buckets; the module's option `buckets` overrides them. */
export const HTTP_SERVER_BUCKETS: Readonly<Record<string, readonly number[]>> =
  {
    [DURATION.name]: HTTP_DURATION_BUCKETS,
    [REQUEST_SIZE.name]: BYTES,
    [RESPONSE_SIZE.name]: BYTES,
  };

/** The metrics, declared before the first request. */
export function httpServerMetrics(options: HttpConfig): MetricDeclaration[] {
  const place = 'the option http';
  const sizes = [
    ...(options.requestSize ? [REQUEST_SIZE] : []),
    ...(options.responseSize ? [RESPONSE_SIZE] : []),
  ];
  const { buckets } = options;
  return [
    { name: DURATION.name, type: MetricType.TIMER, buckets, place },
    { name: ACTIVE.name, type: MetricType.GAUGE, place },
    ...sizes.map(({ name }) => ({ name, type: MetricType.HISTOGRAM, place })),
  ];
}

/** A request that has begun. */
export interface BegunRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** A method that OpenTelemetry lists, else `_OTHER`. */
  readonly method: string;
}

/** How a request has ended. */
export interface RequestEnd {
  readonly status: number;
  readonly seconds: number;
  /** The size of the request body in bytes; `undefined` if unknown. */
  readonly requestSize: number | undefined;
  readonly responseSize: number | undefined;
}

/** A route with its series. */
interface KnownRoute {
  readonly template: string;
  /** Whether requests to the route are not recorded. */
  readonly isHidden: boolean;
  /** The series by method and status code, so that recording in a known series needs no look-up of labels. */
  readonly series: Map<string, Map<number, Instruments<HistogramSeries>>>;
}

interface Instruments<I extends Histogram | HistogramSeries> {
  readonly duration: I;
  readonly requestSize: I | undefined;
  readonly responseSize: I | undefined;
}

/** Writes requests to their metrics. */
export class HttpMetrics {
  private readonly histograms: Instruments<Histogram>;
  private active: Gauge;
  private readonly methods = new Set<string>();
  private readonly routes = new WeakMap<object, KnownRoute>();
  private readonly unmatched: KnownRoute;

  /**
   * @param running returns the requests that have not ended.
   * @throws {MetricConflictError} if another type of metric has one of the names.
   */
  constructor(
    private readonly collector: MetricsCollector,
    private readonly framework: HttpFramework,
    private readonly options: HttpConfig,
    private readonly running: () => Iterable<BegunRequest>,
  ) {
    this.histograms = openHistograms(collector, options);
    this.active = this.openActive();
    this.unmatched = this.newRoute(UNMATCHED, false);
  }

  /**
   * Creates the series that a route has from the start.
   *
   * @throws {LabelError} if the labels are invalid.
   */
  startRoute(method: string, template: string): void {
    const { initialStatuses, labels } = this.options;
    if (initialStatuses.length === 0 || labels !== undefined) return;
    // Routes of all methods have none that is known.
    if (methodLabel(method) !== method) return;
    const route = this.newRoute(template, false);
    if (route.isHidden) return;
    for (const status of initialStatuses) {
      this.histograms.duration.init(requestLabels(route, method, status));
    }
  }

  /** A request begins. */
  began(): void {
    // After metrics were cleared, a gauge comes back by itself, and its callback does not.
    if (!this.active.registered) this.active = this.openActive();
  }

  ended(request: BegunRequest, end: RequestEnd): void {
    const route = this.routeOf(request.req);
    if (route.isHidden) return;
    this.methods.add(request.method);
    const { duration, requestSize, responseSize } =
      this.options.labels === undefined
        ? this.knownSeries(route, request.method, end.status)
        : this.labelledSeries(route, request, end.status);
    duration.observe(end.seconds);
    if (end.requestSize !== undefined) requestSize?.observe(end.requestSize);
    if (end.responseSize !== undefined) responseSize?.observe(end.responseSize);
  }

  /** A callback: the routes of running requests are not known yet when the requests begin. */
  private openActive(): Gauge {
    return this.collector.gauge(ACTIVE.name, {
      description: ACTIVE.description,
      collect: (gauge) => {
        const counts = new Map([...this.methods].map((name) => [name, 0]));
        for (const { req, method } of this.running()) {
          if (this.routeOf(req).isHidden) continue;
          this.methods.add(method);
          counts.set(method, (counts.get(method) ?? 0) + 1);
        }
        for (const [method, count] of counts) gauge.set({ method }, count);
      },
    });
  }

  private routeOf(req: IncomingMessage): KnownRoute {
    const route = this.framework.routeOf(req);
    if (route === undefined) return this.unmatched;
    let known = this.routes.get(route);
    if (known === undefined) {
      const { template, isExcluded } = this.framework.describe(route);
      known = this.newRoute(template ?? UNMATCHED, isExcluded);
      this.routes.set(route, known);
    }
    return known;
  }

  private newRoute(template: string, isExcluded: boolean): KnownRoute {
    const isIgnored = this.options.ignore.some((ignored) =>
      typeof ignored === 'string'
        ? ignored === template
        : template.search(ignored) !== -1,
    );
    return { template, isHidden: isExcluded || isIgnored, series: new Map() };
  }

  private knownSeries(
    route: KnownRoute,
    method: string,
    status: number,
  ): Instruments<HistogramSeries> {
    let byStatus = route.series.get(method);
    if (byStatus === undefined) {
      route.series.set(method, (byStatus = new Map()));
    }
    let series = byStatus.get(status);
    if (series === undefined) {
      series = this.newSeries(requestLabels(route, method, status));
      byStatus.set(status, series);
    }
    return series;
  }

  private labelledSeries(
    route: KnownRoute,
    { req, res, method }: BegunRequest,
    status: number,
  ): Instruments<HistogramSeries> {
    try {
      const labels = requestLabels(route, method, status);
      const seen = this.framework.handlerArguments(req, res);
      addOwnLabels(labels, this.options.labels!(...seen), DURATION.name);
      return this.newSeries(labels);
    } catch (error) {
      report(this.collector, 'labels', error, 'http.labels');
      return this.knownSeries(route, method, status);
    }
  }

  private newSeries(labels: Labels): Instruments<HistogramSeries> {
    const { duration, requestSize, responseSize } = this.histograms;
    return {
      duration: duration.labels(labels),
      requestSize: requestSize?.labels(labels),
      responseSize: responseSize?.labels(labels),
    };
  }
}

function openHistograms(
  collector: MetricsCollector,
  { buckets, requestSize, responseSize }: HttpConfig,
): Instruments<Histogram> {
  const size = ({ name, description }: MetricDescriptor) =>
    collector.histogram(name, { description, unit: 'bytes' });
  return {
    duration: collector.timer(DURATION.name, {
      description: DURATION.description,
      ...(buckets && { buckets }),
    }),
    requestSize: requestSize ? size(REQUEST_SIZE) : undefined,
    responseSize: responseSize ? size(RESPONSE_SIZE) : undefined,
  };
}

function requestLabels(
  { template }: KnownRoute,
  method: string,
  status: number,
): MutableLabels {
  return { method, route: template, status_code: status };
}

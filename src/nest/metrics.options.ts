import {
  HEALTH_PATH,
  PATH,
  RECORDING_DEFAULTS,
  RECORDING_RULES,
  type RecordingOptions,
  SERVING_DEFAULTS,
  SERVING_RULES,
} from '../collector/collector.options.js';
import {
  AGENTS_RULES,
  type AgentMetricsOptions,
} from '../instrumentation/gen-ai/agents.options.js';
import {
  HTTP_CLIENT_RULES,
  type HttpClientOptions,
  type ResolvedHttpClientOptions,
  resolveHttpClientOptions,
} from '../instrumentation/http-client/http-client.options.js';
import { HTTP_CLIENT_BUCKETS } from '../instrumentation/http-client/request-durations.js';
import { HTTP_SERVER_BUCKETS } from '../instrumentation/http-server/http-metrics.js';
import {
  HTTP_RULES,
  type HttpOptions,
  type ResolvedHttpOptions,
  resolveHttpOptions,
} from '../instrumentation/http-server/http.options.js';
import {
  PROTECTION_RULES,
  type ProtectionOptions,
  type ResolvedProtection,
} from './guards/protection.options.js';
import { checkTls, type TlsOptions } from '../http/tls/tls.options.js';
import type { MetricRegistry } from '../registry/metric-registry.js';
import { pathsOf } from '../http/resources.js';
import {
  HEALTH_DEFAULTS,
  HEALTH_RULES,
  type HealthOptions as HealthReportOptions,
  type ResolvedHealthOptions,
} from '../health/health.options.js';
import {
  OTLP_RULES,
  type OtlpOptions,
} from '../exporters/otlp/config/otlp.options.js';
import {
  checkPushgateway,
  type PushgatewayOptions,
} from '../exporters/pushgateway/pushgateway.options.js';
import {
  checkStatsd,
  type StatsdOptions,
} from '../exporters/statsd/statsd.options.js';
import {
  checkExporters,
  type ConfiguredBackends,
  type ExporterOrClass,
} from './metrics.exporters.js';
import { OptionsError } from '../core/errors.js';
import { hidden, type Hidden } from '../core/hidden.js';
import {
  BOOLEAN,
  Check,
  type Rules,
  switchable,
  validate,
  withDefaults,
} from '../core/validate.js';

/** What `MetricsModule.forRoot()` takes. */
export interface MetricsOptions extends RecordingOptions {
  /** `false`: nothing is served or registered, and decorated methods just run. Default: `true`. */
  enabled?: boolean;
  /**
   * Measure every call into a handler, over HTTP, microservices, WebSocket, GraphQL
   * and `@nestjs/schedule`, and the open WebSocket connections. Default: `false`.
   */
  interceptor?: boolean;
  /** Measure the HTTP requests to the app, refused and unmatched ones too. Default: `false`. */
  http?: boolean | HttpOptions;
  /** Measure the outgoing HTTP requests of the process. Default: `false`. */
  httpClient?: boolean | HttpClientOptions;
  /** What agents cost. */
  agents?: AgentMetricsOptions;
  /** The metrics page: its path, port, format and who may read it. Default: `/metrics` on the app itself. */
  prometheus?: PrometheusOptions;
  /** The health, its checks and its probes. Default: `/health` beside the metrics page. */
  health?: HealthOptions;
  /** Sends the metrics by OTLP; `true` for what `OTEL_*` variables and defaults say. Default: `false`. */
  otlp?: boolean | OtlpOptions;
  /** Sends the metrics to a StatsD server; `true` for one on this machine. Default: `false`. */
  statsd?: boolean | StatsdOptions;
  /** Pushes the page to a Pushgateway, for jobs that end before they are scraped. Default: `false`. */
  pushgateway?: false | PushgatewayOptions;
  /** Exporters of your own, each as an instance or as its class, which Nest makes. Default: none. */
  exporters?: readonly ExporterOrClass[];
}

/** How Prometheus gets at the metrics. */
export interface PrometheusOptions extends ProtectionOptions {
  /** Path of the metrics page, whatever the app's prefix; `false` for no page. Default: `'/metrics'`. */
  path?: string | false;
  /** Port of an HTTP server for metrics and health alone. Default: none, the app itself serves them. */
  port?: number;
  /** Host or address that the server on `port` listens on. Default: `'0.0.0.0'`. */
  host?: string;
  /** Certificate and key of the server on `port`. Default: none, it speaks plain HTTP. */
  tls?: TlsOptions;
  /**
   * The registry to join: one of prom-client, `@prometheus-io/client` or
   * `@platformatic/prom-client`. Default: one of the module's own.
   */
  registry?: MetricRegistry | null;
  /** Whether prom-client's metrics of the process are collected. Default: `true`. */
  defaultMetrics?: boolean;
  /** How many scrapes are answered at the same time; what comes beyond gets a 503. Default: 64. */
  maxScrapes?: number;
  /**
   * Milliseconds until the answer to a scrape begins, else it is a 503; and from then
   * on until the client has taken it, else it is dropped. Default: 10000.
   */
  scrapeTimeout?: number;
  /** Whether counters and histograms name traces that they were recorded in. Default: `true`. */
  exemplars?: boolean;
  /** Whether OpenMetrics pages say when series began, by one more sample each. Default: `true`. */
  createdSamples?: boolean;
}

/** Where the health is, what it tells, and to whom. */
export interface HealthOptions extends HealthReportOptions, ProtectionOptions {}

/** The module's options, checked, with their defaults. */
export type ResolvedMetricsOptions = Required<
  Omit<
    MetricsOptions,
    'http' | 'httpClient' | 'prometheus' | 'health' | keyof ConfiguredBackends
  >
> &
  ConfiguredBackends & {
    http: ResolvedHttpOptions | undefined;
    httpClient: ResolvedHttpClientOptions | undefined;
    prometheus: ResolvedPrometheusOptions;
    health: ResolvedHealthOptions & ResolvedProtection;
  };

/** What may hold secrets is hidden. */
type ResolvedPrometheusOptions = Pick<PrometheusOptions, 'port' | 'registry'> &
  Required<
    Omit<
      PrometheusOptions,
      'port' | 'registry' | 'tls' | keyof ProtectionOptions
    >
  > &
  ResolvedProtection & { readonly tls?: Hidden<TlsOptions> | undefined };

const PROMETHEUS_DEFAULTS = {
  ...SERVING_DEFAULTS,
  defaultMetrics: true,
};

const PATH_OR_FALSE = new Check(
  `${PATH.expected}, or false`,
  (value) => value === false || PATH.test(value),
);

const RULES: Rules = {
  ...RECORDING_RULES,
  enabled: BOOLEAN,
  interceptor: BOOLEAN,
  http: switchable(HTTP_RULES),
  httpClient: switchable(HTTP_CLIENT_RULES),
  agents: AGENTS_RULES,
  exporters: checkExporters,
  otlp: switchable(OTLP_RULES),
  statsd: checkStatsd,
  pushgateway: (value, path) => {
    if (value !== false) checkPushgateway(value, path);
  },
  prometheus: {
    ...SERVING_RULES,
    ...PROTECTION_RULES,
    path: PATH_OR_FALSE,
    tls: checkTls,
  },
  health: { ...HEALTH_RULES, ...PROTECTION_RULES, path: PATH_OR_FALSE },
};

/** @throws {OptionsError} naming the option's path, what was given and what is allowed. */
export function resolveMetricsOptions(
  options: MetricsOptions,
): ResolvedMetricsOptions {
  validate(options, RULES);
  const prometheus = withDefaults(
    PROMETHEUS_DEFAULTS,
    options.prometheus ?? {},
  );
  const health = withDefaults(
    { ...HEALTH_DEFAULTS, path: HEALTH_PATH },
    options.health ?? {},
  );
  checkPaths(prometheus.path, health.path);
  if (prometheus.tls !== undefined && prometheus.port === undefined) {
    throw new OptionsError(
      'prometheus.tls is set without prometheus.port; expected a port too, or HTTPS for the app itself by the httpsOptions of NestFactory.create()',
    );
  }
  return {
    ...withDefaults(
      {
        ...RECORDING_DEFAULTS,
        enabled: true,
        interceptor: false,
        agents: {},
        exporters: [],
      },
      options,
    ),
    // By the bare name, so that what users set for either form of the name comes first.
    buckets: {
      ...HTTP_SERVER_BUCKETS,
      ...HTTP_CLIENT_BUCKETS,
      ...options.buckets,
    },
    http: resolveHttpOptions(options.http, pathsOnApp(prometheus, health)),
    httpClient: resolveHttpClientOptions(options.httpClient),
    otlp: hidden(groupOf(options.otlp)),
    statsd: groupOf(options.statsd),
    pushgateway: hidden(groupOf(options.pushgateway)),
    prometheus: {
      ...prometheus,
      access: hidden(prometheus.access),
      tls: hidden(prometheus.tls),
    },
    health: { ...health, access: hidden(health.access) },
  };
}

/** The options of a group that can be switched as a whole; `undefined` if it is off. */
function groupOf<T extends object>(
  group: boolean | T | undefined,
): T | undefined {
  if (typeof group === 'object') return group;
  return group === true ? ({} as T) : undefined;
}

/** @throws {OptionsError} if the page is where the health or one of its probes is. */
function checkPaths(metrics: string | false, health: string | false): void {
  const { metrics: _metrics, ...others } = pathsOf(metrics, health);
  if (metrics === false || !Object.values(others).includes(metrics)) return;
  const what = metrics === health ? 'is' : 'puts a probe at';
  throw new OptionsError(
    `health.path ${what} "${metrics}", which is the path of the metrics page; expected another one`,
  );
}

function pathsOnApp(
  { path, port }: Pick<ResolvedPrometheusOptions, 'path' | 'port'>,
  health: Pick<ResolvedHealthOptions, 'path'>,
): string[] {
  if (port !== undefined) return [];
  const paths = Object.values(pathsOf(path, health.path));
  return paths.filter((one) => one !== false);
}

import type { ProcessMetricsOptions } from '../collector/process-metrics.options.js';
import {
  HEALTH_PATH,
  PATH,
  RECORDING_OPTIONS,
  type RecordingOptions,
  SERVING_OPTIONS,
  type ServingOptions,
} from '../collector/collector.options.js';
import { OptionsError } from '../core/errors.js';
import { redacted, type Redacted } from '../core/redacted.js';
import {
  groupOf,
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
  rulesOf,
} from '../core/options.js';
import { BOOLEAN, Check, switchable, validate } from '../core/validate.js';
import {
  OTLP_OPTIONS,
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
  HEALTH_OPTIONS,
  type HealthOptions as HealthReportOptions,
} from '../health/health.options.js';
import type { AccessOptions } from '../http/access/access.options.js';
import { pathsOf } from '../http/resources.js';
import type { TlsOptions } from '../http/tls/tls.options.js';
import {
  AGENTS_OPTIONS,
  type AgentMetricsOptions,
} from '../instrumentation/gen-ai/agents.options.js';
import {
  HTTP_CLIENT_OPTIONS,
  type HttpClientConfig,
  type HttpClientOptions,
  resolveHttpClientOptions,
} from '../instrumentation/http-client/http-client.options.js';
import { HTTP_CLIENT_BUCKETS } from '../instrumentation/http-client/outgoing-requests.js';
import { HTTP_SERVER_BUCKETS } from '../instrumentation/http-server/http-metrics.js';
import {
  HTTP_OPTIONS,
  type HttpConfig,
  type HttpOptions,
  resolveHttpOptions,
} from '../instrumentation/http-server/http.options.js';
import {
  LIVE_PAGE_OPTIONS,
  type LivePageConfig,
  type LivePageOptions,
  resolveLivePage,
} from './live-page.options.js';
import { routesOf } from './routes/live-routes.js';
import {
  PROTECTION_OPTIONS,
  type ProtectionOptions,
} from './guards/protection.options.js';
import {
  checkExporters,
  type ConfiguredBackends,
  type ExporterOrClass,
} from './metrics.exporters.js';

/** Options of `MetricsModule.forRoot()`. */
export interface MetricsOptions extends RecordingOptions {
  /**
   * `false`: no metrics are recorded, served or exported, and decorated methods just run;
   * the health and its probes still answer. Default: `true`.
   */
  enabled?: boolean;
  /**
   * Measures every call of a handler, over HTTP, microservices, WebSocket, GraphQL
   * and `@nestjs/schedule`, and the open WebSocket connections. Default: `false`.
   */
  interceptor?: boolean;
  /** Measures the HTTP requests to the app, also those that guards refuse or no route matches. Default: `false`. */
  http?: boolean | HttpOptions;
  /** Measures the outgoing HTTP requests of the process. Default: `false`. */
  httpClient?: boolean | HttpClientOptions;
  /** Prices of tokens. */
  agents?: AgentMetricsOptions;
  /** The metrics page: its path, port, content and protection. Default: the page is at `/metrics` of the app. */
  prometheus?: PrometheusOptions;
  /** The health, its checks and its probes. Default: it is at `/health`, beside the metrics page. */
  health?: HealthOptions;
  /** A page that shows the agents at work, with the last minutes; `true` for one at `/metrics/live`. Default: `false`. */
  live?: boolean | LivePageOptions;
  /** Sends the metrics by OTLP; `true` for the `OTEL_*` variables and defaults. Default: `false`. */
  otlp?: boolean | OtlpOptions;
  /** Sends the metrics to a StatsD server; `true` for one on this machine. Default: `false`. */
  statsd?: boolean | StatsdOptions;
  /** Pushes the page to a Pushgateway, for jobs that end before they are scraped. Default: `false`. */
  pushgateway?: false | PushgatewayOptions;
  /** Exporters of your own, as instances, or as classes that NestJS creates instances of. Default: none. */
  exporters?: readonly ExporterOrClass[];
}

/** The metrics page: its place, its content and its protection. */
export interface PrometheusOptions extends ServingOptions, ProtectionOptions {
  /** Path of the metrics page, without the app's prefix; `false` for no page. Default: `'/metrics'`. */
  path?: string | false;
  /** Port of an HTTP server for metrics and health only. Default: none, the app serves them. */
  port?: number;
  /** Whether prom-client's metrics of the process are collected, or which of them. Default: `true`. */
  defaultMetrics?: boolean | ProcessMetricsOptions;
}

/** The health: its place, its content and its protection. */
export interface HealthOptions extends HealthReportOptions, ProtectionOptions {}

const PATH_OR_FALSE = new Check(
  `${PATH.expected}, or false`,
  (value) => value === false || PATH.test(value),
);

/** Rules and defaults of {@link PrometheusOptions}. */
export const PROMETHEUS_OPTIONS = {
  ...SERVING_OPTIONS,
  ...PROTECTION_OPTIONS,
  path: option(PATH_OR_FALSE, SERVING_OPTIONS.path.byDefault),
} satisfies OptionTable<PrometheusOptions>;

/** Rules and defaults of {@link HealthOptions}. */
export const HEALTH_PAGE_OPTIONS = {
  ...HEALTH_OPTIONS,
  ...PROTECTION_OPTIONS,
  path: option(PATH_OR_FALSE, HEALTH_PATH),
} satisfies OptionTable<HealthOptions>;

/** Rules and defaults of {@link MetricsOptions}; groups have tables of their own. */
export const METRICS_OPTIONS = {
  ...RECORDING_OPTIONS,
  enabled: option(BOOLEAN, true),
  interceptor: option(BOOLEAN, false),
  http: option(switchable(rulesOf(HTTP_OPTIONS)), false),
  httpClient: option(switchable(rulesOf(HTTP_CLIENT_OPTIONS)), false),
  agents: option(rulesOf(AGENTS_OPTIONS), {}),
  exporters: option(checkExporters, []),
  live: option(switchable(rulesOf(LIVE_PAGE_OPTIONS)), false),
  otlp: option(switchable(rulesOf(OTLP_OPTIONS)), false),
  statsd: option(checkStatsd, false),
  pushgateway: option((value, path) => {
    if (value !== false) checkPushgateway(value, path);
  }, false),
  prometheus: option(rulesOf(PROMETHEUS_OPTIONS)),
  health: option(rulesOf(HEALTH_PAGE_OPTIONS)),
} satisfies OptionTable<MetricsOptions>;

/** What may hold secrets is hidden. */
type WithoutSecrets<T> = Omit<T, 'access' | 'tls'> & {
  readonly access: Redacted<AccessOptions> | undefined;
};

type PrometheusConfig = WithoutSecrets<
  Resolved<PrometheusOptions, typeof PROMETHEUS_OPTIONS>
> & { readonly tls: Redacted<TlsOptions> | undefined };

type HealthConfig = WithoutSecrets<
  Resolved<HealthOptions, typeof HEALTH_PAGE_OPTIONS>
>;

/** {@link MetricsOptions}, resolved. */
export type MetricsConfig = Omit<
  Resolved<MetricsOptions, typeof METRICS_OPTIONS>,
  | 'http'
  | 'httpClient'
  | 'prometheus'
  | 'health'
  | 'live'
  | keyof ConfiguredBackends
> &
  ConfiguredBackends & {
    readonly http: HttpConfig | undefined;
    readonly httpClient: HttpClientConfig | undefined;
    readonly prometheus: PrometheusConfig;
    readonly health: HealthConfig;
    /** `undefined` without the live page. */
    readonly live: LivePageConfig | undefined;
  };

/** @throws {OptionsError} naming the option's path, what was given and what is allowed. */
// Why: docs/decisions/package.md, "Options are checked once, at start".
export function resolveMetricsOptions(options: MetricsOptions): MetricsConfig {
  validate(options, rulesOf(METRICS_OPTIONS));
  const config = resolveOptions(METRICS_OPTIONS, options);
  const prometheus = resolveOptions(PROMETHEUS_OPTIONS, config.prometheus);
  const health = resolveOptions(HEALTH_PAGE_OPTIONS, config.health);
  const page = {
    ...prometheus,
    access: redacted(prometheus.access),
    tls: redacted(prometheus.tls),
  };
  const live = resolveLivePage(config.live, page);
  checkPaths(prometheus.path, health.path, live?.path ?? false);
  checkTlsPort(prometheus);
  return {
    ...config,
    live: config.enabled ? live : undefined,
    // A copy: the caller may change the object later, past the checks.
    defaultLabels: { ...config.defaultLabels },
    // By the bare name, so that what users set for either form of the name comes first.
    buckets: {
      ...HTTP_SERVER_BUCKETS,
      ...HTTP_CLIENT_BUCKETS,
      ...config.buckets,
    },
    http: resolveHttpOptions(config.http, pathsOnApp(page, health, live?.path)),
    httpClient: resolveHttpClientOptions(config.httpClient),
    otlp: redacted(groupOf(config.otlp)),
    statsd: groupOf(config.statsd),
    pushgateway: redacted(groupOf(config.pushgateway)),
    prometheus: page,
    health: { ...health, access: redacted(health.access) },
  };
}

/** @throws {OptionsError} if two pages have one path, or a page is below the live page. */
function checkPaths(
  metrics: string | false,
  health: string | false,
  live: string | false,
): void {
  checkHealthPath(metrics, health);
  if (live === false) return;
  for (const path of Object.values(pathsOf(metrics, health))) {
    if (path !== live && !(path || '').startsWith(`${live}/`)) continue;
    throw new OptionsError(
      `live.path is "${live}", which is, or is above, the path "${String(path)}" of another page; expected another one`,
    );
  }
}

function checkHealthPath(metrics: string | false, health: string | false) {
  const { metrics: _metrics, ...others } = pathsOf(metrics, health);
  if (metrics === false || !Object.values(others).includes(metrics)) return;
  const what = metrics === health ? 'is' : 'puts a probe at';
  throw new OptionsError(
    `health.path ${what} "${metrics}", which is the path of the metrics page; expected another one`,
  );
}

function checkTlsPort({ tls, port }: PrometheusOptions): void {
  if (tls === undefined || port !== undefined) return;
  throw new OptionsError(
    'prometheus.tls is set without prometheus.port; expected a port too, or HTTPS for the app itself by the httpsOptions of NestFactory.create()',
  );
}

function pathsOnApp(
  { path, port }: Pick<PrometheusConfig, 'path' | 'port'>,
  health: Pick<HealthConfig, 'path'>,
  live: string | undefined,
): string[] {
  if (port !== undefined) return [];
  const paths = Object.values(pathsOf(path, health.path));
  const served = paths.filter((one) => one !== false);
  return live === undefined ? served : [...served, ...routesOf(live)];
}

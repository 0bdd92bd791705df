import type { Registry } from 'prom-client';
import {
  BOOLEAN,
  HEALTH_PATH,
  PATH,
  RECORDING_DEFAULTS,
  RECORDING_RULES,
  type RecordingOptions,
  SERVING_DEFAULTS,
  SERVING_RULES,
} from './collector/collector.options.js';
import {
  HTTP_CLIENT_RULES,
  type HttpClientOptions,
  type ResolvedHttpClientOptions,
  resolveHttpClientOptions,
} from './instrumentation/http-client/http-client.options.js';
import { HTTP_CLIENT_BUCKETS } from './instrumentation/http-client/request-durations.js';
import { HTTP_SERVER_BUCKETS } from './instrumentation/http-server/http-metrics.js';
import {
  HTTP_RULES,
  type HttpOptions,
  type ResolvedHttpOptions,
  resolveHttpOptions,
} from './instrumentation/http-server/http.options.js';
import { pathsOf } from './exposition/resources.js';
import { OptionsError } from './model/errors.js';
import {
  Check,
  type Rules,
  switchable,
  validate,
  withDefaults,
} from './model/validate.js';

/** What `MetricsModule.forRoot()` takes. */
export interface MetricsOptions extends RecordingOptions {
  /** `false`: nothing is served or registered, and decorated methods just run. Default: `true`. */
  enabled?: boolean;
  /**
   * Measure every call into a handler, over HTTP, microservices, WebSocket, GraphQL
   * and @nestjs/schedule, and the open WebSocket connections. Default: `false`.
   */
  interceptor?: boolean;
  /** Measure the HTTP requests to the app, refused and unmatched ones too. Default: `false`. */
  http?: boolean | HttpOptions;
  /** Measure the outgoing HTTP requests of the process. Default: `false`. */
  httpClient?: boolean | HttpClientOptions;
  prometheus?: PrometheusOptions;
  health?: HealthOptions;
}

/** How Prometheus gets at the metrics. */
export interface PrometheusOptions {
  /** Path of the metrics page, whatever the app's prefix; `false` for no page. Default: `'/metrics'`. */
  path?: string | false;
  /** Port of an HTTP server for metrics and health alone. Default: none, the app itself serves them. */
  port?: number;
  /** Host or address that the server on `port` listens on. Default: `'0.0.0.0'`. */
  host?: string;
  /** A prom-client registry to join. Default: one of the module's own. */
  registry?: Registry | null;
  /** Whether prom-client's metrics of the process are collected. Default: `true`. */
  defaultMetrics?: boolean;
  /** Whether counters and histograms name traces that they were recorded in. Default: `true`. */
  exemplars?: boolean;
  /** Whether OpenMetrics pages say when series began, by one more sample each. Default: `true`. */
  createdSamples?: boolean;
}

export interface HealthOptions {
  /** Path of the health, whatever the app's prefix; `false` for none. Default: `'/health'`. */
  path?: string | false;
}

/** The module's options, checked, with their defaults. */
export type ResolvedMetricsOptions = Required<
  Omit<MetricsOptions, 'http' | 'httpClient' | 'prometheus' | 'health'>
> & {
  http: ResolvedHttpOptions | undefined;
  httpClient: ResolvedHttpClientOptions | undefined;
  prometheus: PrometheusOptions &
    Required<Omit<PrometheusOptions, 'port' | 'registry'>>;
  health: Required<HealthOptions>;
};

const PROMETHEUS_DEFAULTS: ResolvedMetricsOptions['prometheus'] = {
  ...SERVING_DEFAULTS,
  defaultMetrics: true,
};

const HEALTH_DEFAULTS: ResolvedMetricsOptions['health'] = {
  path: HEALTH_PATH,
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
  prometheus: { ...SERVING_RULES, path: PATH_OR_FALSE },
  health: { path: PATH_OR_FALSE },
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
  const health = withDefaults(HEALTH_DEFAULTS, options.health ?? {});
  if (health.path !== false && prometheus.path === health.path) {
    throw new OptionsError(
      `health.path is "${health.path}", which is the path of the metrics page; expected another one`,
    );
  }
  return {
    ...withDefaults(
      { ...RECORDING_DEFAULTS, enabled: true, interceptor: false },
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
    prometheus,
    health,
  };
}

function pathsOnApp(
  { path, port }: ResolvedMetricsOptions['prometheus'],
  health: ResolvedMetricsOptions['health'],
): string[] {
  if (port !== undefined) return [];
  const paths = Object.values(pathsOf(path, health.path));
  return paths.filter((one) => one !== false);
}

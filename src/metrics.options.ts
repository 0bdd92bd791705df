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
  HTTP_RULES,
  type HttpOptions,
  type ResolvedHttpOptions,
  resolveHttpOptions,
} from './instrumentation/http/http.options.js';
import { OptionsError } from './model/errors.js';
import {
  Check,
  isObject,
  type Rules,
  validate,
  withDefaults,
} from './model/validate.js';

/** What `MetricsModule.forRoot()` takes. */
export interface MetricsOptions extends RecordingOptions {
  /** `false`: nothing is served or registered, and decorated methods just run. Default: `true`. */
  enabled?: boolean;
  /** Measure every call that Nest makes into a handler, as {@link MetricsInterceptor} does. Default: `false`. */
  interceptor?: boolean;
  /** Measure the HTTP requests to the app, refused and unmatched ones too; `true` for the defaults. Default: `false`. */
  http?: boolean | HttpOptions;
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
}

export interface HealthOptions {
  /** Path of the health, whatever the app's prefix; `false` for none. Default: `'/health'`. */
  path?: string | false;
}

/** The module's options, checked, with their defaults. */
export type ResolvedMetricsOptions = Required<
  Omit<MetricsOptions, 'http' | 'prometheus' | 'health'>
> & {
  http: ResolvedHttpOptions | false;
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

const BOOLEAN_OR_HTTP = new Check(
  'true, false or an object of options',
  (value) => typeof value === 'boolean',
);

const RULES: Rules = {
  ...RECORDING_RULES,
  enabled: BOOLEAN,
  interceptor: BOOLEAN,
  prometheus: { ...SERVING_RULES, path: PATH_OR_FALSE },
  health: { path: PATH_OR_FALSE },
};

/** @throws {OptionsError} naming the option's path, what was given and what is allowed. */
export function resolveMetricsOptions(
  options: MetricsOptions,
): ResolvedMetricsOptions {
  const http = isObject(options?.http) ? HTTP_RULES : BOOLEAN_OR_HTTP;
  validate(options, { ...RULES, http });
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
    http: resolveHttp(options.http, prometheus, health),
    prometheus,
    health,
  };
}

function resolveHttp(
  options: boolean | HttpOptions = false,
  { path, port }: ResolvedMetricsOptions['prometheus'],
  health: ResolvedMetricsOptions['health'],
): ResolvedHttpOptions | false {
  if (options === false) return false;
  const onApp = port === undefined ? [path, health.path] : [];
  return resolveHttpOptions(
    options === true ? {} : options,
    onApp.filter((one) => one !== false),
  );
}

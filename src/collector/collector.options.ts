import { SCRAPE_LIMITS } from '../http/limits.js';
import {
  type AccessOptions,
  checkAccess,
} from '../http/access/access.options.js';
import { checkTls, type TlsOptions } from '../http/tls/tls.options.js';
import {
  checkRegistry,
  type MetricRegistry,
} from '../registry/metric-registry.js';
import { pathsOf } from '../http/resources.js';
import { DEFAULT_NAMESPACE } from '../core/package.js';
import { redacted, type Redacted } from '../core/redacted.js';
import {
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
  rulesOf,
} from '../core/options.js';
import {
  BOOLEAN,
  Check,
  integer,
  isObject,
  validate,
} from '../core/validate.js';
import {
  checkProcesses,
  type ProcessesOptions,
} from '../processes/processes.options.js';
import {
  checkPersistence,
  type PersistenceOptions,
} from '../persistence/persistence.options.js';
import { checkFilters, type MetricFilter } from './filters/metric-filter.js';
import {
  checkProcessMetrics,
  type ProcessMetricsOptions,
} from './process-metrics.options.js';
import { BUCKETS, DEFAULT_LABELS, MAX_SERIES } from './recording-checks.js';

/** Names, labels and limits of all metrics. */
export interface RecordingOptions {
  /** Prefix of every metric name; `''` for none. Default: `'tframex'`. */
  namespace?: string;
  /** Second prefix, between namespace and name. Default: `''`. */
  subsystem?: string;
  /** Labels of every series that does not have its own of the same name. Default: none. */
  defaultLabels?: Record<string, string>;
  /**
   * The largest number of metrics, self-metrics not counted. Recordings of further
   * ones are dropped, with one warning, and counted by `metrics_dropped_recordings_total`. Default: 2000.
   */
  maxMetrics?: number;
  /**
   * The largest number of series of one metric. Recordings of further label sets go to one
   * series `{otel_metric_overflow="true"}`. Default: 2000.
   */
  maxSeriesPerMetric?: number;
  /**
   * Buckets of histograms and timers by metric name, with or without namespace
   * and subsystem, for those that are created without buckets.
   * Default: 1 ms to 100 s for timers, Prometheus' own for histograms.
   */
  buckets?: Record<string, readonly number[]>;
  /**
   * Changes metrics when they are created, from first to last: which ones are kept,
   * their names, labels, buckets and limits. Default: none.
   */
  filters?: readonly MetricFilter[];
  /**
   * Whether series exist before the first recording, with the value 0: counters without labels,
   * `initialLabels`, and the outcomes of decorated methods. Default: `true`.
   */
  initialSeries?: boolean;
  /**
   * Shows the metrics of all processes and threads of the app on this host as one page,
   * whichever of them answers. Default: each of them has a page of its own, which the start
   * warns of; `false`: the same without the warning.
   */
  processes?: boolean | ProcessesOptions;
  /**
   * Keeps counters and histograms in a file or store, so that they go on from where they
   * were after a restart. Default: `false`.
   */
  persistence?: false | PersistenceOptions;
  /** Milliseconds that exporters have to deliver the last values, at shutdown and in `flush()`. Default: 5000. */
  flushTimeout?: number;
}

/** How the metrics page is served, and what it contains. */
export interface ServingOptions {
  /** Host or address that the server on `port` listens on. Default: `'0.0.0.0'`. */
  host?: string;
  /** Certificate and key of the server on `port`. Default: none, it speaks plain HTTP. */
  tls?: TlsOptions;
  /**
   * The registry to join: one of prom-client, `@prometheus-io/client` or
   * `@platformatic/prom-client`. Default: a new one.
   */
  registry?: MetricRegistry | null;
  /** The largest number of scrapes that are answered at the same time; further ones get a 503. Default: 64. */
  maxScrapes?: number;
  /**
   * Milliseconds in which the answer to a scrape must begin, else it is a 503; and, from
   * then on, in which the client must read it, else the connection is closed. Default: 10000.
   */
  scrapeTimeout?: number;
  /** Whether counters and histograms have exemplars: the trace of a recording. Default: `true`. */
  exemplars?: boolean;
  /** Whether OpenMetrics pages have a `_created` sample for each series. Default: `true`. */
  createdSamples?: boolean;
}

/** Options of a {@link PrometheusCollector} without NestJS. */
export interface PrometheusCollectorOptions
  extends RecordingOptions, ServingOptions {
  /** Port of the HTTP server; 0 for any free one. Default: 9090. */
  port?: number;
  /** Path of the metrics page. Default: `'/metrics'`. */
  path?: string;
  /** Whether prom-client's metrics of the process are collected, or which of them. Default: `false`. */
  defaultMetrics?: boolean | ProcessMetricsOptions;
  /** Protects the page and the health: tokens, passwords, addresses. Default: all requests are allowed. */
  access?: AccessOptions;
}

type ResolvedOptions = Resolved<
  PrometheusCollectorOptions,
  typeof COLLECTOR_OPTIONS
>;

/** Where a collector without an app serves its pages, and to whom. What may hold secrets is hidden. */
export interface OwnServerConfig extends Pick<
  ResolvedOptions,
  'port' | 'host' | 'path'
> {
  readonly access: Redacted<AccessOptions> | undefined;
  readonly tls: Redacted<TlsOptions> | undefined;
}

/** {@link PrometheusCollectorOptions}, resolved, without those of the server. */
export type CollectorConfig = Omit<ResolvedOptions, keyof OwnServerConfig>;

export const HEALTH_PATH = '/health';

const STRING = new Check('a string', (value) => typeof value === 'string');

export const PATH = new Check(
  'a URL path such as "/metrics"',
  (value) => typeof value === 'string' && /^(\/[\w.~-]+)+$/.test(value),
);

/** Rules and defaults of {@link RecordingOptions}. */
export const RECORDING_OPTIONS = {
  namespace: option(STRING, DEFAULT_NAMESPACE),
  subsystem: option(STRING, ''),
  defaultLabels: option(DEFAULT_LABELS, {}),
  maxMetrics: option(integer(1, 1_000_000), 2000),
  maxSeriesPerMetric: option(MAX_SERIES, 2000),
  buckets: option(
    new Check(
      'an object of metric names and, for each, finite numbers in strictly increasing order, such as { agent_duration_seconds: [0.1, 1, 10] }',
      (value) => isObject(value) && Object.values(value).every(BUCKETS.test),
    ),
    {},
  ),
  filters: option(checkFilters, []),
  initialSeries: option(BOOLEAN, true),
  processes: option(checkProcesses),
  persistence: option(checkPersistence, false),
  flushTimeout: option(integer(0, 3_600_000, ' (milliseconds)'), 5_000),
} satisfies OptionTable<RecordingOptions>;

/** Rules and defaults that a collector and the group `prometheus` share. */
export const SERVING_OPTIONS = {
  port: option(integer(0, 65_535)),
  host: option(
    new Check(
      'a host name or address to listen on',
      (value) => typeof value === 'string' && value !== '',
    ),
    '0.0.0.0',
  ),
  path: option(PATH, '/metrics'),
  registry: option((value, path) => {
    if (value !== null) checkRegistry(value, path);
  }),
  defaultMetrics: option(checkProcessMetrics, true),
  maxScrapes: option(integer(1, 10_000), SCRAPE_LIMITS.maxScrapes),
  scrapeTimeout: option(
    integer(1, 3_600_000, ' (milliseconds)'),
    SCRAPE_LIMITS.scrapeTimeout,
  ),
  exemplars: option(BOOLEAN, true),
  createdSamples: option(BOOLEAN, true),
  tls: option(checkTls),
} satisfies OptionTable<
  Omit<PrometheusCollectorOptions, keyof RecordingOptions | 'access'>
>;

/** Paths of the health and its probes in a collector without NestJS. */
const HEALTH_PATHS: unknown[] = Object.values(pathsOf(false, HEALTH_PATH));

/** Rules and defaults of {@link PrometheusCollectorOptions}. */
export const COLLECTOR_OPTIONS = {
  ...RECORDING_OPTIONS,
  ...SERVING_OPTIONS,
  path: option(
    new Check(
      `${PATH.expected} other than ${HEALTH_PATH} and its probes`,
      (value) => !HEALTH_PATHS.includes(value) && PATH.test(value),
    ),
    SERVING_OPTIONS.path.byDefault,
  ),
  port: option(SERVING_OPTIONS.port.rule, 9090),
  registry: option(SERVING_OPTIONS.registry.rule, null),
  defaultMetrics: option(checkProcessMetrics, false),
  access: option(checkAccess),
} satisfies OptionTable<PrometheusCollectorOptions>;

/** @throws {OptionsError} naming the option, what was given and what is allowed. */
export function resolveCollectorOptions(
  options: PrometheusCollectorOptions,
): CollectorConfig & OwnServerConfig {
  validate(options, rulesOf(COLLECTOR_OPTIONS));
  const config = resolveOptions(COLLECTOR_OPTIONS, options);
  // A copy: the caller may change the object later, past the checks.
  return {
    ...config,
    defaultLabels: { ...config.defaultLabels },
    access: redacted(config.access),
    tls: redacted(config.tls),
  };
}

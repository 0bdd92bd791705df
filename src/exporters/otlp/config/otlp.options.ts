import { OptionsError } from '../../../core/errors.js';
import { option, type OptionTable } from '../../../core/options.js';
import { Check, oneOf, type Rules, validate } from '../../../core/validate.js';
import {
  EXPORT_INTERVAL,
  EXPORT_TIMEOUT,
  EXPORTER_NAME,
} from '../../pipeline/exporter-checks.js';
import {
  checkSecret,
  type Secret,
  validateSecretOptions,
} from '../../../core/secret.js';
import { TLS_TEXTS } from '../../../http/tls/tls.options.js';
import { checkHeaders } from './headers.js';
import { parseUrl } from './endpoint.js';

/** The protocol and encoding of requests. */
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/** Whether counters and histograms are sent as totals since their start, or as their growth since the last delivery. */
export type OtlpTemporality = 'cumulative' | 'delta';

/** Attributes of a resource. */
export type OtlpAttributes = Readonly<
  Record<string, string | number | boolean>
>;

/**
 * Sends all metrics to a backend that speaks OTLP, such as an OpenTelemetry Collector.
 * What is not given is taken from the `OTEL_*` variables of the environment
 * (OpenTelemetry specification, "OpenTelemetry Protocol Exporter").
 *
 * @example
 * MetricsModule.forRoot({
 *   otlp: {
 *     url: 'https://otlp.example.com/v1/metrics',
 *     headers: { 'api-key': { env: 'OTLP_API_KEY' } },
 *     resource: { 'service.name': 'assistant' },
 *   },
 * });
 */
export interface OtlpOptions {
  /**
   * The name of the exporter in logs, in the label `exporter` and in `/health`. Two exporters
   * need two names. Default: `'otlp'`.
   */
  readonly name?: string;
  /**
   * `'grpc'` needs the package `@grpc/grpc-js`. Default: `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL`,
   * `OTEL_EXPORTER_OTLP_PROTOCOL`, else `'http/protobuf'`. A `url` with a path means HTTP,
   * even if the environment says gRPC.
   */
  readonly protocol?: OtlpProtocol;
  /**
   * The whole URL that metrics are sent to; for gRPC that of the server, whose path is
   * ignored. Default: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`,
   * `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/metrics` at its end, else
   * `'http://localhost:4318/v1/metrics'`; for gRPC `'http://localhost:4317'`.
   */
  readonly url?: string;
  /**
   * Headers of each request, by name. They are added to those of
   * `OTEL_EXPORTER_OTLP_METRICS_HEADERS`, else `OTEL_EXPORTER_OTLP_HEADERS`, and take precedence.
   * Secrets that are kept elsewhere are read again for each export.
   */
  readonly headers?: Readonly<Record<string, Secret>>;
  /** The compression of requests. Default: `OTEL_EXPORTER_OTLP_METRICS_COMPRESSION`, `OTEL_EXPORTER_OTLP_COMPRESSION`, else `'none'`. */
  readonly compression?: 'gzip' | 'none';
  /**
   * Whether counters and histograms are sent as totals or as deltas. Gauges and prom-client's
   * summaries are always sent with their present values. Default:
   * `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, else `'cumulative'`.
   */
  readonly temporality?: OtlpTemporality;
  /**
   * Milliseconds from one export to the next; `false` for exports by `flush()` and at
   * shutdown only. Default: `OTEL_METRIC_EXPORT_INTERVAL`, else 60000.
   */
  readonly interval?: number | false;
  /**
   * Milliseconds that an export may take, with all of its requests. Default:
   * `OTEL_EXPORTER_OTLP_METRICS_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT`,
   * `OTEL_METRIC_EXPORT_TIMEOUT`, else 10000. In the environment 0 is no limit.
   */
  readonly timeout?: number;
  /**
   * What the app is, as attributes such as `'service.name'`. They are added to the detected
   * ones, `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`, and take precedence.
   */
  readonly resource?: OtlpAttributes;
  /** Certificates, for `https:` only. Default: the authorities that Node knows, and no certificate of the client. */
  readonly tls?: OtlpTlsOptions;
}

/** Texts in PEM, or where they are kept; they are read again for each export. */
export interface OtlpTlsOptions {
  /**
   * Certificates of the authorities that the app trusts to certify the server. Default: the file
   * `OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE` or `OTEL_EXPORTER_OTLP_CERTIFICATE`.
   */
  readonly ca?: Secret;
  /**
   * The certificate of the client. Default: the file
   * `OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE` or `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`.
   */
  readonly cert?: Secret;
  /**
   * The private key of the client's certificate. Default: the file
   * `OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY` or `OTEL_EXPORTER_OTLP_CLIENT_KEY`.
   */
  readonly key?: Secret;
}

/** What each of the certificates must look like. */
export const CLIENT_TLS_TEXTS: Readonly<Record<keyof OtlpTlsOptions, Check>> = {
  ca: TLS_TEXTS.cert,
  cert: TLS_TEXTS.cert,
  key: TLS_TEXTS.key,
};

export const PROTOCOL = oneOf('http/protobuf', 'http/json', 'grpc');

export const COMPRESSION = oneOf('gzip', 'none');

const ATTRIBUTE = new Check(
  'a text, a finite number, true or false',
  (value) =>
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    Number.isFinite(value),
);

const ATTRIBUTES = new Check(
  'an object of attributes by name',
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
);

const TLS_RULES: Rules = Object.fromEntries(
  Object.entries(CLIENT_TLS_TEXTS).map(([option, text]) => [
    option,
    (value: unknown, path: string) => checkSecret(value, path, text),
  ]),
);

/**
 * Rules and defaults of {@link OtlpOptions}. Options without a default here take the
 * environment's value first, which is read when an exporter is constructed.
 */
export const OTLP_OPTIONS = {
  name: option(EXPORTER_NAME, 'otlp'),
  protocol: option(PROTOCOL),
  url: option((value, path) => void parseUrl(value, path)),
  headers: option(checkHeaders),
  compression: option(COMPRESSION),
  temporality: option(oneOf('cumulative', 'delta')),
  interval: option(EXPORT_INTERVAL),
  timeout: option(EXPORT_TIMEOUT),
  resource: option(checkAttributes),
  tls: option(checkClientTls),
} satisfies OptionTable<OtlpOptions>;

function checkClientTls(value: unknown, path: string): void {
  validateSecretOptions(value, path, TLS_RULES);
  const { cert, key } = value as OtlpTlsOptions;
  if ((cert === undefined) !== (key === undefined)) {
    throw new OptionsError(
      `${path} has ${cert ? 'a cert and no key' : 'a key and no cert'}; expected both or none`,
    );
  }
}

function checkAttributes(value: unknown, path: string): void {
  const rules = ATTRIBUTES.test(value)
    ? Object.fromEntries(
        Object.keys(value as object).map((name) => [name, ATTRIBUTE]),
      )
    : {};
  if (!ATTRIBUTES.test(value)) {
    throw new OptionsError(
      `${path} is not what it must be; expected ${ATTRIBUTES.expected}`,
    );
  }
  validate(value, rules, path);
}

import { OptionsError } from '../../../model/errors.js';
import { oneOf, validate, withDefaults } from '../../../model/validate.js';
import { EXPORT_TIMEOUT } from '../../../delivery/exporter-checks.js';
import type { Secret } from '../../../exposition/access/secret.js';
import {
  Environment,
  numberOf,
  type Variables,
  wordOf,
} from './environment.js';
import { checkGrpcNames, type Headers, parseHeaders } from './headers.js';
import {
  COMPRESSION,
  type OtlpAttributes,
  type OtlpOptions,
  type OtlpProtocol,
  type OtlpTemporality,
  type OtlpTlsOptions,
  OTLP_RULES,
  PROTOCOL,
} from './otlp.options.js';
import { resourceOf } from './resource.js';
import { parseUrl } from './url.js';

/** What the exporter works by: the options, else the environment, else the defaults. */
export interface OtlpSettings {
  /** Where the options stand, for messages. */
  readonly path: string;
  /** That of the exporter. */
  readonly name: string;
  readonly protocol: OtlpProtocol;
  readonly url: URL;
  readonly headers: Headers;
  readonly isCompressed: boolean;
  readonly temporality: OtlpTemporality;
  readonly interval: number | false;
  readonly timeout: number;
  readonly resource: OtlpAttributes;
  readonly tls: OtlpTlsOptions;
}

const INTERVAL = 60_000;

const TIMEOUT = 10_000;

/** "Additional Environment Variable Configuration" of the metrics exporter. */
const PREFERENCE = oneOf('cumulative', 'delta', 'lowmemory');

const TRUTH = oneOf('true', 'false');

/**
 * @throws {OptionsError} naming the option or the variable, and what is allowed.
 */
export function settingsOf(
  options: OtlpOptions,
  path: string,
  variables: Variables,
): OtlpSettings {
  validate(options, OTLP_RULES, path);
  const environment = new Environment(variables);
  const protocol =
    options.protocol ??
    wordOf<OtlpProtocol>(environment.ofExporter('PROTOCOL'), PROTOCOL) ??
    'http/protobuf';
  const url = urlOf(options, path, protocol, environment);
  if (options.tls !== undefined && url.protocol === 'http:') {
    throw new OptionsError(
      `${path}.tls is for https: only; expected an ${path}.url of https:`,
    );
  }
  return {
    path,
    name: options.name ?? 'otlp',
    protocol,
    url,
    headers: headersOf(options, path, protocol, environment),
    isCompressed:
      (options.compression ??
        wordOf(environment.ofExporter('COMPRESSION'), COMPRESSION)) === 'gzip',
    temporality: options.temporality ?? temporalityOf(environment),
    ...timesOf(options, environment),
    resource: resourceOf(options.resource ?? {}, environment),
    tls: tlsOf(options.tls ?? {}, environment),
  };
}

function timesOf(
  { interval, timeout }: OtlpOptions,
  environment: Environment,
): Pick<OtlpSettings, 'interval' | 'timeout'> {
  const reader = environment.text('OTEL_METRIC_EXPORT_INTERVAL');
  const found =
    environment.ofExporter('TIMEOUT') ??
    environment.text('OTEL_METRIC_EXPORT_TIMEOUT');
  return {
    interval: interval ?? numberOf(reader, EXPORT_TIMEOUT) ?? INTERVAL,
    timeout: timeout ?? numberOf(found, EXPORT_TIMEOUT) ?? TIMEOUT,
  };
}

/** "Endpoint URLs for OTLP/HTTP"; a target without a scheme is one of gRPC. */
function urlOf(
  { url }: OtlpOptions,
  path: string,
  protocol: OtlpProtocol,
  environment: Environment,
): URL {
  if (url !== undefined) return parseUrl(url, `${path}.url`);
  const own = environment.text('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT');
  const general = environment.text('OTEL_EXPORTER_OTLP_ENDPOINT');
  const found = own ?? general;
  if (found === undefined) {
    return new URL(
      protocol === 'grpc'
        ? 'http://localhost:4317'
        : 'http://localhost:4318/v1/metrics',
    );
  }
  const { value, variable } = found;
  if (protocol === 'grpc' && !value.includes('://')) {
    const isPlain =
      wordOf(environment.ofExporter('INSECURE'), TRUTH) === 'true';
    return parseUrl(`${isPlain ? 'http' : 'https'}://${value}`, variable);
  }
  const parsed = parseUrl(value, variable);
  if (own === undefined && protocol !== 'grpc') {
    parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/v1/metrics`;
  }
  return parsed;
}

function headersOf(
  { headers = {} }: OtlpOptions,
  path: string,
  protocol: OtlpProtocol,
  environment: Environment,
): Headers {
  const variable = environment.ofExporter('HEADERS');
  const found = variable && parseHeaders(variable.value, variable.variable);
  if (protocol === 'grpc') {
    checkGrpcNames(headers, `${path}.headers`);
    if (found) checkGrpcNames(found, variable.variable);
  }
  const given = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  return { ...found, ...Object.fromEntries(given) };
}

/** What needs least memory is delta: the metrics that it excepts are of a kind that there is none of here. */
function temporalityOf(environment: Environment): OtlpTemporality {
  const found = environment.text(
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  );
  const preference = wordOf(found, PREFERENCE) ?? 'cumulative';
  return preference === 'cumulative' ? 'cumulative' : 'delta';
}

function tlsOf(
  { ca, cert, key }: OtlpTlsOptions,
  environment: Environment,
): OtlpTlsOptions {
  const file = (name: string): Secret | undefined => {
    const found = environment.ofExporter(name);
    return found && { file: found.value };
  };
  const authorities = ca ?? file('CERTIFICATE');
  const own =
    cert === undefined
      ? { cert: file('CLIENT_CERTIFICATE'), key: file('CLIENT_KEY') }
      : { cert, key };
  return withDefaults({}, { ca: authorities, ...own });
}

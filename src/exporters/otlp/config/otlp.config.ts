import { OptionsError } from '../../../core/errors.js';
import { rulesOf } from '../../../core/options.js';
import { oneOf, validate, withDefaults } from '../../../core/validate.js';
import { EXPORT_TIMEOUT } from '../../pipeline/exporter-checks.js';
import type { Secret } from '../../../core/secret.js';
import { type Endpoint, endpointOf, hasPath } from './endpoint.js';
import { Environment, ofExporter, type Variables } from './environment.js';
import { checkGrpcNames, type Headers, parseHeaders } from './headers.js';
import {
  COMPRESSION,
  type OtlpAttributes,
  type OtlpOptions,
  type OtlpProtocol,
  type OtlpTemporality,
  type OtlpTlsOptions,
  OTLP_OPTIONS,
  PROTOCOL,
} from './otlp.options.js';
import { resourceOf } from './resource.js';

/** How the exporter works: the options, else the environment, else the defaults. */
export interface OtlpConfig extends Endpoint {
  /** The path of the options, for messages. */
  readonly path: string;
  /** The name of the exporter. */
  readonly name: string;
  readonly protocol: OtlpProtocol;
  readonly headers: Headers;
  readonly isCompressed: boolean;
  readonly temporality: OtlpTemporality;
  readonly interval: number | false;
  readonly timeout: number;
  readonly resource: OtlpAttributes;
  readonly tls: OtlpTlsOptions;
  /** Which variables of the environment were ignored, in sentences. */
  readonly warnings: readonly string[];
}

const INTERVAL = 60_000;

const TIMEOUT = 10_000;

/** "Additional Environment Variable Configuration" of the metrics exporter. */
const PREFERENCE = oneOf('cumulative', 'delta', 'lowmemory');

/**
 * @throws {OptionsError} naming the option, or the variable with an endpoint or headers that cannot be used, and what is allowed.
 */
export function resolveOtlpOptions(
  options: OtlpOptions,
  path: string,
  variables: Variables,
): OtlpConfig {
  validate(options, rulesOf(OTLP_OPTIONS), path);
  const environment = new Environment(variables);
  const protocol = protocolOf(options, environment);
  const endpoint = endpointOf(
    options.url,
    path,
    protocol === 'grpc',
    environment,
  );
  if (options.tls !== undefined && !endpoint.isSecure) {
    throw new OptionsError(
      `${path}.tls is for https: only; expected an ${path}.url of https:`,
    );
  }
  // Read only for its warning: the exporter exists, so the variable is not true.
  environment.isTrue('OTEL_SDK_DISABLED');
  return {
    path,
    name: options.name ?? OTLP_OPTIONS.name.byDefault,
    protocol,
    ...endpoint,
    headers: headersOf(options, path, protocol, environment),
    isCompressed:
      (options.compression ??
        environment.word(COMPRESSION, ...ofExporter('COMPRESSION'))) === 'gzip',
    temporality: options.temporality ?? temporalityOf(environment),
    ...timesOf(options, environment),
    resource: resourceOf(options.resource ?? {}, environment),
    tls: tlsOf(options.tls ?? {}, environment),
    warnings: environment.warnings,
  };
}

/** The environment's gRPC is for all signals: a URL with a path in the options is for HTTP. */
function protocolOf(
  { protocol, url }: OtlpOptions,
  environment: Environment,
): OtlpProtocol {
  const found =
    protocol ??
    environment.word<OtlpProtocol>(PROTOCOL, ...ofExporter('PROTOCOL')) ??
    'http/protobuf';
  const isHttp = protocol === undefined && url !== undefined && hasPath(url);
  return found === 'grpc' && isHttp ? 'http/protobuf' : found;
}

function timesOf(
  { interval, timeout }: OtlpOptions,
  environment: Environment,
): Pick<OtlpConfig, 'interval' | 'timeout'> {
  return {
    interval:
      interval ??
      environment.number(EXPORT_TIMEOUT, 'OTEL_METRIC_EXPORT_INTERVAL') ??
      INTERVAL,
    timeout:
      timeout ??
      environment.timeout(
        ...ofExporter('TIMEOUT'),
        'OTEL_METRIC_EXPORT_TIMEOUT',
      ) ??
      TIMEOUT,
  };
}

function headersOf(
  { headers = {} }: OtlpOptions,
  path: string,
  protocol: OtlpProtocol,
  environment: Environment,
): Headers {
  const variable = environment.text(...ofExporter('HEADERS'));
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

/** `lowmemory` is delta for counters and histograms; the other kinds that it names do not exist here. */
function temporalityOf(environment: Environment): OtlpTemporality {
  const preference = environment.word(
    PREFERENCE,
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  );
  return (preference ?? 'cumulative') === 'cumulative' ? 'cumulative' : 'delta';
}

function tlsOf(
  { ca, cert, key }: OtlpTlsOptions,
  environment: Environment,
): OtlpTlsOptions {
  const file = (name: string): Secret | undefined => {
    const found = environment.text(...ofExporter(name));
    return found && { file: found.value };
  };
  const authorities = ca ?? file('CERTIFICATE');
  const own =
    cert === undefined
      ? { cert: file('CLIENT_CERTIFICATE'), key: file('CLIENT_KEY') }
      : { cert, key };
  return withDefaults({}, { ca: authorities, ...own });
}

import { type Environment, ofExporter } from './environment.js';
import type { OtlpOptions, OtlpProtocol } from './otlp.options.js';
import { parseUrl } from './url.js';

/** Where requests go. */
export interface Endpoint {
  /** For gRPC, one of the schemes that gRPC knows beside `http:` and `https:` too. */
  readonly url: URL;
  /** What gRPC connects to. */
  readonly target: string;
  /** Whether it is by TLS. */
  readonly isSecure: boolean;
}

/** Names of gRPC with a scheme ("gRPC Name Resolution"). */
const GRPC_TARGET = /^(dns|unix|unix-abstract|ipv4|ipv6):/i;

/** "Endpoint URLs for OTLP/HTTP" and "Endpoint (OTLP/gRPC)" of the OTLP exporter's specification. */
export function endpointOf(
  { url }: OtlpOptions,
  path: string,
  protocol: OtlpProtocol,
  environment: Environment,
): Endpoint {
  if (url !== undefined) return ofUrl(parseUrl(url, `${path}.url`));
  const own = environment.text('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT');
  const found = own ?? environment.text('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (protocol === 'grpc') {
    if (found === undefined) return ofUrl(new URL('http://localhost:4317'));
    return grpcEndpoint(found.value, found.variable, environment);
  }
  if (found === undefined) {
    return ofUrl(new URL('http://localhost:4318/v1/metrics'));
  }
  const parsed = parseUrl(found.value, found.variable);
  if (own === undefined) {
    parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/v1/metrics`;
  }
  return ofUrl(parsed);
}

/** Whether a URL can only be meant for HTTP: gRPC has no paths. */
export function hasPath(url: string): boolean {
  return new URL(url).pathname !== '/';
}

/** Without `http:` or `https:` it is by TLS unless the environment says otherwise ("Insecure"). */
function grpcEndpoint(
  value: string,
  variable: string,
  environment: Environment,
): Endpoint {
  const isTarget = GRPC_TARGET.test(value) && URL.canParse(value);
  if (!isTarget && value.includes('://')) {
    return ofUrl(parseUrl(value, variable));
  }
  const isSecure = !environment.isTrue(...ofExporter('INSECURE'));
  if (isTarget) return { url: new URL(value), target: value, isSecure };
  return ofUrl(parseUrl(`http${isSecure ? 's' : ''}://${value}`, variable));
}

/** A URL leaves out the port that its scheme has. */
function ofUrl(url: URL): Endpoint {
  const isSecure = url.protocol === 'https:';
  const port = url.port || (isSecure ? 443 : 80);
  return { url, target: `${url.hostname}:${port}`, isSecure };
}

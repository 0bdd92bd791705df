import { OptionsError, shown } from '../../../core/errors.js';
import { kindWithoutValue } from '../../../core/secret.js';
import { type Environment, ofExporter } from './environment.js';

/** The address that requests go to. */
export interface Endpoint {
  /** A URL of the scheme `http:` or `https:`; for gRPC also of the schemes that only gRPC knows. */
  readonly url: URL;
  /** What gRPC connects to. */
  readonly target: string;
  /** Whether requests use TLS. */
  readonly isSecure: boolean;
}

const EXPECTED =
  'an absolute URL of http: or https:, such as "http://localhost:4318/v1/metrics", without user and password';

/** Names of gRPC with a scheme ("gRPC Name Resolution"). */
const GRPC_TARGET = /^(dns|unix|unix-abstract|ipv4|ipv6):/i;

/**
 * "Endpoint URLs for OTLP/HTTP" and "Endpoint (OTLP/gRPC)" of the OTLP exporter's specification.
 *
 * @param url the option, if it is given.
 * @param path where the options stand, for messages.
 */
export function endpointOf(
  url: string | undefined,
  path: string,
  isGrpc: boolean,
  environment: Environment,
): Endpoint {
  if (url !== undefined) return ofUrl(parseUrl(url, `${path}.url`));
  const own = environment.text('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT');
  const found = own ?? environment.text('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (isGrpc) {
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

/**
 * Reads the URL of a backend. Its user, password and query may be secrets.
 *
 * @param at the option or the environment variable that holds the URL, for messages.
 * @throws {OptionsError} saying what is allowed, and nothing that may be a secret.
 */
export function parseUrl(value: unknown, at: string): URL {
  if (typeof value !== 'string') {
    throw new OptionsError(`${at} is ${shown(value)}; expected ${EXPECTED}`);
  }
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const fault = value === '' ? kindWithoutValue(value) : 'something else';
    throw new OptionsError(`${at} is ${fault}; expected ${EXPECTED}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new OptionsError(
      `${at} has a user or a password; expected ${EXPECTED}: put them into a header named authorization`,
    );
  }
  return url;
}

/** A URL for messages: without its query, which may hold a key. */
export function shownUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** Whether a URL can only be meant for HTTP: gRPC has no paths. */
export function hasPath(url: string): boolean {
  return new URL(url).pathname !== '/';
}

/** The endpoint of a gRPC target. Without `http:` or `https:` the connection uses TLS, unless the environment says otherwise ("Insecure"). */
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

/** The endpoint of a URL. `URL` leaves out the default port of its scheme, so the port is added. */
function ofUrl(url: URL): Endpoint {
  const isSecure = url.protocol === 'https:';
  const port = url.port || (isSecure ? 443 : 80);
  return { url, target: `${url.hostname}:${port}`, isSecure };
}

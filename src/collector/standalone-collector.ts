import { logWarning, type Warn } from '../core/logger.js';
import type { AccessPolicy } from '../http/access/access-policy.js';
import { ConfiguredPolicy } from '../http/access/configured-policy.js';
import type { PageServer } from '../http/page-server.js';
import { pathsOf } from '../http/resources.js';
import { ScrapeServer } from '../http/scrape-server.js';
import { serverTlsOf } from '../http/tls/server-tls.js';
import type { CollectorContext } from './collector-context.js';
import {
  HEALTH_PATH,
  type OwnServerConfig,
  type PrometheusCollectorOptions,
  resolveCollectorOptions,
} from './collector.options.js';
import { assembleCollector, type CollectorParts } from './collector-parts.js';

/**
 * Creates the parts of a collector without an app. Its options say where the pages are
 * served and which requests are answered, unless the context does.
 *
 * @throws {OptionsError} naming the option, what was given and what is allowed.
 */
export function standaloneCollector(
  options: PrometheusCollectorOptions,
  context: CollectorContext,
): CollectorParts {
  const config = resolveCollectorOptions(options);
  const { logger = console } = context;
  const warn: Warn = (...warning) => logWarning(logger, ...warning);
  const {
    pageServer = ownServer(config, Boolean(config.processes), warn),
    access = policy(config, warn),
  } = context;
  return assembleCollector(config, { ...context, pageServer, access });
}

function ownServer(
  { port, host, path, tls: material }: OwnServerConfig,
  standsBy: boolean,
  warn: Warn,
): PageServer {
  const paths = pathsOf(path, HEALTH_PATH);
  const tls = serverTlsOf(material?.reveal(), 'tls', warn);
  return new ScrapeServer({ port, host, paths, tls, standsBy, warn });
}

/** The metrics and the health are protected alike. */
function policy(
  { access }: OwnServerConfig,
  warn: Warn,
): AccessPolicy | undefined {
  if (access === undefined) return undefined;
  const page = { options: access.reveal(), path: 'access' };
  return new ConfiguredPolicy(
    { metrics: page, health: page, live_page: page },
    warn,
  );
}

import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import {
  type AccessPolicy,
  AllOf,
  type Refusal,
} from '../../http/access/access-policy.js';
import { ConfiguredPolicy } from '../../http/access/configured-policy.js';
import type { Warn } from '../../core/logger.js';
import type { Exchange } from '../../http/exchange.js';
import { isProbe, type Page } from '../../http/resources.js';
import {
  guardsOf,
  type NestParts,
  type RunGuards,
} from './guarded-endpoint.js';
import type { ProtectionConfig } from './protection.options.js';

const PAGES: readonly Page[] = ['metrics', 'health', 'live_page'];

/** The class of each page as guards see it, and the path of its options. */
const ENDPOINTS = {
  metrics: { className: 'MetricsEndpoint', path: 'prometheus' },
  health: { className: 'HealthEndpoint', path: 'health' },
  live_page: { className: 'LivePageEndpoint', path: 'live' },
} satisfies Record<Page, object>;

/**
 * The access policy of a module's pages: first address, token and password, then
 * guards, which see only the requests that pass those.
 *
 * @param warn receives a message when a secret can no longer be read.
 */
export function modulePolicy(
  pages: Readonly<Record<Page, ProtectionConfig>>,
  warn: Warn,
  nest: NestParts,
): AccessPolicy {
  const { metrics, health, live_page } = pages;
  const accessOf = ({ access }: ProtectionConfig, path: string) => ({
    options: access?.reveal(),
    path,
  });
  const ofMetrics = accessOf(metrics, 'prometheus.access');
  const configured = new ConfiguredPolicy(
    {
      metrics: ofMetrics,
      health: accessOf(health, 'health.access'),
      live_page:
        live_page.access === metrics.access
          ? ofMetrics
          : accessOf(live_page, 'live.access'),
    },
    warn,
  );
  return new AllOf([configured, new GuardPolicy(pages, nest)]);
}

/** Refuses the requests that Nest's guards refuse. Probes need no guard, as they need no credentials. */
class GuardPolicy implements AccessPolicy {
  private readonly run: Partial<Record<Page, RunGuards>> = {};

  constructor(
    private readonly options: Readonly<Record<Page, ProtectionConfig>>,
    private readonly nest: NestParts,
  ) {}

  /** Called when the module is initialised, as Nest has all global guards only then. */
  async prepare(): Promise<void> {
    for (const page of PAGES) {
      const options = this.options[page];
      if (!isGuarded(options)) continue;
      const { className, path } = ENDPOINTS[page];
      this.run[page] = await guardsOf(options, className, path, this.nest);
    }
  }

  async check(exchange: Exchange): Promise<Refusal | undefined> {
    const { resource, req, res, framework } = exchange;
    if (isProbe(resource)) return undefined;
    if (!isGuarded(this.options[resource])) return undefined;
    const run = this.run[resource];
    // No guards were prepared, since the module is disabled: a request that reaches a controller of the app's with this page is refused.
    if (run === undefined) return guardRefusal(403);
    try {
      await run(framework?.request ?? req, framework?.response ?? res);
      return undefined;
    } catch (error) {
      if (error instanceof HttpException) {
        return guardRefusal(error.getStatus());
      }
      throw error;
    } finally {
      framework?.copyHeaders();
    }
  }
}

function isGuarded({ guards, decorators }: ProtectionConfig): boolean {
  return guards !== undefined || decorators !== undefined;
}

/** Only the status of a guard's error is sent: its message may hold what no client should read. */
function guardRefusal(given: number): Refusal {
  const status = isRefusal(given) ? given : 403;
  const text = `${STATUS_CODES[status] ?? 'Refused'}\n`;
  return { status, text, reason: 'guard' };
}

/** After an informational status, clients wait for another one (RFC 9110, section 15.2); they would take a success for the page. */
function isRefusal(status: number): boolean {
  return Number.isInteger(status) && status >= 300 && status <= 599;
}

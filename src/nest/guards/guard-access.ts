import {
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { HttpException } from '@nestjs/common';
import type { AccessPolicy, Refusal } from '../../http/access/access-policy.js';
import { isProbe } from '../../http/access/configured-policy.js';
import type { Resource } from '../../http/resources.js';
import { frameworkExchange } from '../routes/node-http.js';
import {
  guardsOf,
  type NestParts,
  type RunGuards,
} from './guarded-endpoint.js';
import type { ProtectionConfig } from './protection.options.js';

type GuardedPage = 'metrics' | 'health';

const PAGES: readonly GuardedPage[] = ['metrics', 'health'];

/** What guards see as the class of a page, and where its options stand. */
const ENDPOINTS = {
  metrics: { className: 'MetricsEndpoint', path: 'prometheus' },
  health: { className: 'HealthEndpoint', path: 'health' },
} satisfies Record<GuardedPage, object>;

/** Lets in whom Nest's guards let in. Probes stay open, as they do without credentials. */
export class GuardPolicy implements AccessPolicy {
  private readonly run: Partial<Record<GuardedPage, RunGuards>> = {};

  constructor(
    private readonly options: Readonly<Record<GuardedPage, ProtectionConfig>>,
    private readonly nest: NestParts,
  ) {}

  /** When the module is initialised: only then are all global guards there. */
  async prepare(): Promise<void> {
    for (const page of PAGES) {
      const options = this.options[page];
      if (!isGuarded(options)) continue;
      const { className, path } = ENDPOINTS[page];
      this.run[page] = await guardsOf(options, className, path, this.nest);
    }
  }

  async refusal(
    resource: Resource,
    req: IncomingMessage,
    _client: string | undefined,
    res: ServerResponse,
  ): Promise<Refusal | undefined> {
    if (isProbe(resource)) return undefined;
    const page = resource === 'metrics' ? 'metrics' : 'health';
    if (!isGuarded(this.options[page])) return undefined;
    const run = this.run[page];
    // Nothing was prepared: the module is switched off, and a controller of the app's is asked.
    if (run === undefined) return refusalOf(403);
    const { request, response, takeHeaders } = frameworkExchange(req, res);
    try {
      await run(request, response);
      return undefined;
    } catch (error) {
      if (error instanceof HttpException) return refusalOf(error.getStatus());
      throw error;
    } finally {
      takeHeaders();
    }
  }
}

function isGuarded({ guards, decorators }: ProtectionConfig): boolean {
  return guards !== undefined || decorators !== undefined;
}

/** What the guard says besides may be meant for others. */
function refusalOf(given: number): Refusal {
  const status = isRefusal(given) ? given : 403;
  const text = `${STATUS_CODES[status] ?? 'Refused'}\n`;
  return { status, text, reason: 'guard' };
}

/** After an informational status, clients wait for another one (RFC 9110, section 15.2); one of success would be taken for a page. */
function isRefusal(status: number): boolean {
  return Number.isInteger(status) && status >= 300 && status <= 599;
}

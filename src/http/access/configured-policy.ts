import type { Warn } from '../../core/logger.js';
import type { Exchange } from '../exchange.js';
import { isProbe, type Page, pageOf } from '../resources.js';
import type { AccessPolicy, Refusal } from './access-policy.js';
import type { AccessOptions } from './access.options.js';
import { AllowList } from './allow-list.js';
import { Credentials } from './credentials.js';

/** The access options of one page, with their path in the options object. */
export interface PageAccess {
  readonly options: AccessOptions | undefined;
  readonly path: string;
}

const FORBIDDEN: Refusal = {
  status: 403,
  text: 'Forbidden\n',
  reason: 'address',
};

/** Checks address, token and password, as {@link AccessOptions} say. */
export class ConfiguredPolicy implements AccessPolicy {
  /** Pages with the same options share them. Only these are kept: the options have the secrets. */
  private readonly conditions = new Map<Page, Conditions>();

  /** @param warn receives a message when a secret can no longer be read. */
  constructor(pages: Readonly<Record<Page, PageAccess>>, warn: Warn) {
    const made = new Map<PageAccess, Conditions>();
    for (const [page, access] of Object.entries(pages)) {
      const conditions = made.get(access) ?? new Conditions(access, warn);
      made.set(access, conditions);
      this.conditions.set(page as Page, conditions);
    }
  }

  async prepare(): Promise<void> {
    for (const { credentials } of new Set(this.conditions.values())) {
      await credentials?.prepare();
    }
  }

  async check({
    resource,
    req,
    client,
  }: Exchange): Promise<Refusal | undefined> {
    const { allow, credentials } = this.conditions.get(pageOf(resource))!;
    if (allow?.has(client) === false) return FORBIDDEN;
    // Why: docs/decisions/security.md, "Credentials protect `/health` and not its probes".
    return isProbe(resource) ? undefined : credentials?.check(req);
  }
}

class Conditions {
  readonly allow: AllowList | undefined;
  readonly credentials: Credentials | undefined;

  constructor({ options = {}, path }: PageAccess, warn: Warn) {
    const { allow, bearerToken, basicAuth } = options;
    if (allow !== undefined) this.allow = new AllowList(allow, `${path}.allow`);
    if (bearerToken !== undefined || basicAuth !== undefined) {
      this.credentials = new Credentials(options, path, warn);
    }
  }
}

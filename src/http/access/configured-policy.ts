import type { Exchange } from '../exchange.js';
import { isProbe } from '../resources.js';
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
  private readonly metrics: Conditions;
  private readonly health: Conditions;

  /** @param warn receives a message when a secret can no longer be read. */
  constructor(
    { metrics, health }: Readonly<Record<'metrics' | 'health', PageAccess>>,
    warn: (message: string) => void,
  ) {
    this.metrics = new Conditions(metrics, warn);
    this.health =
      health === metrics ? this.metrics : new Conditions(health, warn);
  }

  async prepare(): Promise<void> {
    await this.metrics.credentials?.prepare();
    await this.health.credentials?.prepare();
  }

  async check({
    resource,
    req,
    client,
  }: Exchange): Promise<Refusal | undefined> {
    const { allow, credentials } =
      resource === 'metrics' ? this.metrics : this.health;
    if (allow?.has(client) === false) return FORBIDDEN;
    // Why: docs/decisions/security.md, "Credentials protect `/health` and not its probes".
    return isProbe(resource) ? undefined : credentials?.check(req);
  }
}

class Conditions {
  readonly allow: AllowList | undefined;
  readonly credentials: Credentials | undefined;

  constructor(
    { options = {}, path }: PageAccess,
    warn: (message: string) => void,
  ) {
    const { allow, bearerToken, basicAuth } = options;
    if (allow !== undefined) this.allow = new AllowList(allow, `${path}.allow`);
    if (bearerToken !== undefined || basicAuth !== undefined) {
      this.credentials = new Credentials(options, path, warn);
    }
  }
}

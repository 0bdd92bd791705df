import type { IncomingMessage } from 'node:http';
import type { Resource } from '../resources.js';
import type { AccessPolicy, Refusal } from './access-policy.js';
import type { AccessOptions } from './access.options.js';
import { AllowList } from './allow-list.js';
import { Credentials } from './credentials.js';

/** The options for one kind of page, and where they stand. */
export interface PlacedPolicy {
  readonly options: AccessOptions | undefined;
  readonly path: string;
}

const FORBIDDEN: Refusal = {
  status: 403,
  text: 'Forbidden\n',
  reason: 'address',
};

/** Lets in by address, token and password. */
export class ConfiguredPolicy implements AccessPolicy {
  private readonly metrics: Conditions;
  private readonly health: Conditions;

  /** @param warn is called for secrets that cannot be read any more. */
  constructor(
    { metrics, health }: Readonly<Record<'metrics' | 'health', PlacedPolicy>>,
    warn: (message: string) => void,
  ) {
    this.metrics = new Conditions(metrics, warn);
    this.health =
      health === metrics ? this.metrics : new Conditions(health, warn);
  }

  async prepare(): Promise<void> {
    await this.metrics.prepare();
    await this.health.prepare();
  }

  async refusal(
    resource: Resource,
    req: IncomingMessage,
    client: string | undefined,
  ): Promise<Refusal | undefined> {
    const { allow, credentials } =
      resource === 'metrics' ? this.metrics : this.health;
    if (allow?.has(client) === false) return FORBIDDEN;
    return isProbe(resource) ? undefined : credentials?.refusal(req);
  }
}

/** Probes are asked by what has no credentials: the kubelet, and load balancers. */
export function isProbe(resource: Resource): boolean {
  return resource === 'live' || resource === 'ready';
}

class Conditions {
  readonly allow: AllowList | undefined;
  readonly credentials: Credentials | undefined;

  constructor(
    { options = {}, path }: PlacedPolicy,
    warn: (message: string) => void,
  ) {
    const { allow, bearerToken, basicAuth } = options;
    if (allow !== undefined) this.allow = new AllowList(allow, `${path}.allow`);
    if (bearerToken !== undefined || basicAuth !== undefined) {
      this.credentials = new Credentials(options, path, warn);
    }
  }

  async prepare(): Promise<void> {
    await this.credentials?.prepare();
  }
}

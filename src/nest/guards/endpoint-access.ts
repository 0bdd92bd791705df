import { type AccessPolicy, AllOf } from '../../http/access/access-policy.js';
import { ConfiguredPolicy } from '../../http/access/configured-policy.js';
import { GuardPolicy } from './guard-access.js';
import type { NestParts } from './guarded-endpoint.js';
import type { ProtectionConfig } from './protection.options.js';

/**
 * Access to the pages of a module: first by address, token and password, then by
 * guards, which see only the requests that pass those.
 *
 * @param warn receives a message for each secret that can no longer be read.
 */
export function endpointPolicy(
  metrics: ProtectionConfig,
  health: ProtectionConfig,
  warn: (message: string) => void,
  nest: NestParts,
): AccessPolicy {
  const configured = new ConfiguredPolicy(
    {
      metrics: { options: metrics.access?.reveal(), path: 'prometheus.access' },
      health: { options: health.access?.reveal(), path: 'health.access' },
    },
    warn,
  );
  return new AllOf([configured, new GuardPolicy({ metrics, health }, nest)]);
}

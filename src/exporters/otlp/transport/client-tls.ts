import { createSecureContext } from 'node:tls';
import { OptionsError } from '../../../model/errors.js';
import { readSecret } from '../../../exposition/access/secret.js';
import { CLIENT_TLS_TEXTS } from '../config/otlp.options.js';
import type { OtlpSettings } from '../config/settings.js';

/** Certificates and key as they are now. */
export type Material = { ca?: string; cert?: string; key?: string };

/**
 * Reads certificates and key.
 *
 * @throws {OptionsError} if they cannot be read, or do not go together.
 */
export async function readClientTls({
  url,
  tls,
  path,
}: OtlpSettings): Promise<Material> {
  if (url.protocol === 'http:') return {};
  const material: Material = {};
  for (const option of ['ca', 'cert', 'key'] as const) {
    const secret = tls[option];
    if (secret === undefined) continue;
    const at = `${path}.tls.${option}`;
    material[option] = await readSecret(secret, at, CLIENT_TLS_TEXTS[option]);
  }
  try {
    createSecureContext(material);
    return material;
  } catch (error) {
    throw new OptionsError(
      `${path}.tls cannot be used: ${(error as Error).message}; expected certificates, and a key that goes with cert`,
    );
  }
}

/** Whether two are the same. */
export function isSame(a: Material, b: Material): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}

import { createSecureContext } from 'node:tls';
import { OptionsError } from '../../../core/errors.js';
import { readSecret } from '../../../core/secret.js';
import { HEADER_VALUE, type Headers } from '../config/headers.js';
import type { OtlpConfig } from '../config/otlp.config.js';
import { CLIENT_TLS_TEXTS } from '../config/otlp.options.js';

/** Certificates and key in PEM. */
export interface TlsMaterial {
  ca?: string;
  cert?: string;
  key?: string;
}

/** What identifies the app to a backend. Keep it in private fields and closures, which logged objects do not show. */
export interface ClientSecrets {
  readonly headers: Readonly<Record<string, string>>;
  readonly material: TlsMaterial;
  /** Texts that no message may show, in case the backend repeats them. */
  readonly hidden: readonly string[];
}

/**
 * Reads headers and certificates as they are now.
 *
 * @throws {OptionsError} if one cannot be read, or certificates and key do not belong together.
 */
export async function readClientSecrets(
  config: OtlpConfig,
): Promise<ClientSecrets> {
  const { path, url } = config;
  const headers = await readHeaders(config.headers, `${path}.headers`);
  const material = await readMaterial(config);
  const hidden = [...Object.values(headers), ...queryTexts(url)];
  return { headers, material, hidden };
}

export function isSameMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}

/**
 * Reads the values of headers that are kept elsewhere.
 *
 * @throws {OptionsError} naming the header and where its value is kept.
 */
async function readHeaders(
  headers: Headers,
  path: string,
): Promise<Record<string, string>> {
  const read: Record<string, string> = {};
  for (const [name, secret] of Object.entries(headers)) {
    read[name] = await readSecret(secret, `${path}["${name}"]`, HEADER_VALUE);
  }
  return read;
}

/** The query of a URL as a whole, and its values, both encoded and decoded. */
function queryTexts({ search, searchParams }: URL): string[] {
  const written = search.split(/[?&]/).map((pair) => pair.replace(/^.*?=/, ''));
  return [search, search.slice(1), ...written, ...searchParams.values()];
}

async function readMaterial({
  isSecure,
  tls,
  path,
}: OtlpConfig): Promise<TlsMaterial> {
  if (!isSecure) return {};
  const material: TlsMaterial = {};
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

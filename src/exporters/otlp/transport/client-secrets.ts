import { createSecureContext } from 'node:tls';
import { OptionsError } from '../../../core/errors.js';
import { readSecret } from '../../../core/secret.js';
import { readHeaders } from '../config/headers.js';
import { CLIENT_TLS_TEXTS } from '../config/otlp.options.js';
import type { OtlpSettings } from '../config/settings.js';

/** Certificates and key in PEM. */
export type Material = { ca?: string; cert?: string; key?: string };

/** What a backend knows the app by, as it is now. Whoever has it keeps it private to the language. */
export class ClientSecrets {
  headers: Record<string, string> = {};
  material: Material = {};

  constructor(private readonly settings: OtlpSettings) {}

  /** Texts that no message may show, should the server repeat them. */
  get hidden(): readonly string[] {
    return [...Object.values(this.headers), ...queryTexts(this.settings.url)];
  }

  /**
   * Reads all of it anew.
   *
   * @returns whether certificates or key are others than before.
   * @throws {OptionsError} if something cannot be read, or does not go together.
   */
  async renew(): Promise<boolean> {
    const { headers, path } = this.settings;
    this.headers = await readHeaders(headers, `${path}.headers`);
    const before = this.material;
    this.material = await readMaterial(this.settings);
    return !isSame(before, this.material);
  }
}

/** The query of a URL as a whole, and its values as they stand in it and as they are read. */
function queryTexts({ search, searchParams }: URL): string[] {
  const written = search.split(/[?&]/).map((pair) => pair.replace(/^.*?=/, ''));
  return [search, search.slice(1), ...written, ...searchParams.values()];
}

async function readMaterial({
  isSecure,
  tls,
  path,
}: OtlpSettings): Promise<Material> {
  if (!isSecure) return {};
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

function isSame(a: Material, b: Material): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}

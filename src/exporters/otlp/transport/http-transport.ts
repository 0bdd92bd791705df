import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { ExportError, messageOf } from '../../../core/errors.js';
import { PACKAGE, VERSION } from '../../../core/package.js';
import { sendRequest } from '../../http-request.js';
import type { OtlpSettings } from '../config/settings.js';
import { shownUrl } from '../config/url.js';
import type { Request } from '../data/requests.js';
import { ClientSecrets } from './client-secrets.js';
import { judge } from './http-answers.js';
import type { Answer, Transport } from './transport.js';

/**
 * Milliseconds after which a connection that nothing is sent on is closed. The requests of an
 * export share one; until the next export it would be closed by many a load
 * balancer, and then just when it is used again.
 */
const IDLE = 4_000;

const compress = promisify(gzip);

/** Sends requests by OTLP/HTTP. */
export class HttpTransport implements Transport {
  readonly #settings: OtlpSettings;
  readonly #secrets: ClientSecrets;
  #agent: HttpAgent | undefined = undefined;

  constructor(settings: OtlpSettings) {
    this.#settings = settings;
    this.#secrets = new ClientSecrets(settings);
  }

  async prepare(): Promise<void> {
    const hasChanged = await this.#secrets.renew();
    if (this.#agent !== undefined && !hasChanged) return;
    this.#agent?.destroy();
    const { material } = this.#secrets;
    const options = { keepAlive: true, maxSockets: 1, timeout: IDLE };
    this.#agent = this.#settings.isSecure
      ? new HttpsAgent({ ...options, ...material, minVersion: 'TLSv1.2' })
      : new HttpAgent(options);
  }

  async send(
    { body, contentType, points }: Request,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { url, isCompressed } = this.#settings;
    const at = shownUrl(url);
    const level = constants.Z_BEST_SPEED;
    const headers = {
      'user-agent': `${PACKAGE}/${VERSION}`,
      ...this.#secrets.headers,
      'content-type': contentType,
      ...(isCompressed && { 'content-encoding': 'gzip' }),
    };
    const agent = this.#agent;
    try {
      const response = await sendRequest({
        method: 'POST',
        url,
        headers,
        body: isCompressed ? await compress(body, { level }) : body,
        signal,
        agent,
      });
      return judge(response, at, points, this.#secrets.hidden);
    } catch (error) {
      if (error instanceof ExportError) throw error;
      throw new ExportError(`${at} was not reached: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }
}

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { ExportError, messageOf } from '../../../core/errors.js';
import { PACKAGE, VERSION } from '../../../core/package.js';
import { printable } from '../../../core/printable.js';
import { type HttpResponse, sendRequest } from '../../http-request.js';
import { shownUrl } from '../config/endpoint.js';
import type { OtlpConfig } from '../config/otlp.config.js';
import type { OtlpRequest } from '../data/requests.js';
import {
  type ClientSecrets,
  isSameMaterial,
  readClientSecrets,
  type TlsMaterial,
} from './client-secrets.js';
import { readFields, textField } from './protobuf-reader.js';
import {
  acceptedRequest,
  type ExportResult,
  type OtlpConnection,
  type OtlpTransport,
  refusedRequest,
} from './transport.js';

/**
 * Milliseconds after which an idle connection is closed. The requests of one export share a
 * connection. It is not kept for the next export: a load balancer may close an idle connection
 * just as it is used again.
 */
const IDLE = 4_000;

const compress = promisify(gzip);

/** Sends requests by OTLP/HTTP. */
export class HttpTransport implements OtlpTransport {
  readonly #config: OtlpConfig;
  /** The address that requests go to, for messages. */
  readonly #at: string;
  #material: TlsMaterial = {};
  #agent: HttpAgent | undefined = undefined;

  constructor(config: OtlpConfig) {
    this.#config = config;
    this.#at = shownUrl(config.url);
  }

  async connect(): Promise<OtlpConnection> {
    const secrets = await readClientSecrets(this.#config);
    const agent = this.#agentWith(secrets.material);
    return {
      send: (request, signal) => this.#send(request, secrets, agent, signal),
    };
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #agentWith(material: TlsMaterial): HttpAgent {
    if (!isSameMaterial(material, this.#material)) this.close();
    this.#material = material;
    const options = { keepAlive: true, maxSockets: 1, timeout: IDLE };
    return (this.#agent ??= this.#config.isSecure
      ? new HttpsAgent({ ...options, ...material, minVersion: 'TLSv1.2' })
      : new HttpAgent(options));
  }

  async #send(
    { body, contentType, points }: OtlpRequest,
    { headers, hidden }: ClientSecrets,
    agent: HttpAgent,
    signal: AbortSignal,
  ): Promise<ExportResult> {
    const { url, isCompressed } = this.#config;
    const at = this.#at;
    const level = constants.Z_BEST_SPEED;
    try {
      const response = await sendRequest({
        method: 'POST',
        url,
        headers: {
          'user-agent': `${PACKAGE}/${VERSION}`,
          ...headers,
          'content-type': contentType,
          ...(isCompressed && { 'content-encoding': 'gzip' }),
        },
        body: isCompressed ? await compress(body, { level }) : body,
        agent,
        signal,
      });
      return interpretResponse(response, at, points, hidden);
    } catch (error) {
      if (error instanceof ExportError) throw error;
      throw new ExportError(`${at} was not reached: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}

/** Where servers of OTLP/HTTP take metrics by default ("OTLP/HTTP Request"). */
const METRICS_PATH = '/v1/metrics';

/** "Retryable Response Codes". */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** Statuses that are about the content of a request: the next one may be accepted. */
const CONTENT = new Set([400, 413, 422]);

/**
 * Interprets an answer (OTLP specification, "OTLP/HTTP Response").
 *
 * @param at where it came from, for messages.
 * @param points how many points the request had.
 * @throws {ExportError} if the backend would refuse the other requests too.
 */
function interpretResponse(
  { status, headers, body, retryAfter }: HttpResponse,
  at: string,
  points: number,
  secrets: readonly string[],
): ExportResult {
  const contentType = headers['content-type'] ?? '';
  if (status >= 200 && status < 300) {
    return acceptedRequest(body, contentType, points, secrets);
  }
  const message = printable(failureText(body, contentType), secrets);
  const reason = `${at} answered ${status}${message && `: ${message}`}${hintOf(status, at)}`;
  if (CONTENT.has(status)) return refusedRequest(reason);
  const retryable = RETRYABLE.has(status);
  throw new ExportError(reason, {
    retryable,
    ...(retryable && retryAfter !== undefined && { retryAfter }),
  });
}

/** The usual cause. */
function hintOf(status: number, at: string): string {
  if (status >= 300 && status < 400) return '; redirects are not followed';
  return status === 404 && !at.endsWith(METRICS_PATH)
    ? `; the path ${METRICS_PATH} seems to be missing at the end of the URL`
    : '';
}

/** The message of the `google.rpc.Status` that OTLP wants ("Failures"), or a text of another form as it is. */
function failureText(body: Buffer, contentType: string): string {
  try {
    if (contentType.startsWith('application/x-protobuf')) {
      return textField(readFields(body), 2);
    }
    const text = body.toString('utf8');
    if (!contentType.startsWith('application/json')) return text;
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return body.toString('utf8');
  }
}

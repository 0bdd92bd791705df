import { ExportError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import {
  type HttpRequest,
  type HttpResponse,
  MAX_BODY,
  sendRequest,
} from '../http-request.js';

/** The operations on a group of metrics, and their HTTP methods (Pushgateway, "API"). */
const METHODS = { push: 'PUT', pushAdd: 'POST', delete: 'DELETE' } as const;

export type GatewayAction = keyof typeof METHODS;

/** How the sender of a request identifies itself. */
export interface Credentials {
  /** For HTTP's Basic authentication: `name:password`. */
  readonly auth: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Characters of an answer that messages show. */
const MAX_SHOWN = 300;

/** One group of a Pushgateway. */
export class Gateway {
  private readonly url: URL;

  constructor(
    /** The URL of the gateway, without name and password. */
    private readonly address: string,
    jobName: string,
    groupings: Readonly<Record<string, string>>,
  ) {
    this.url = new URL(`${address}/metrics${groupPath(jobName, groupings)}`);
  }

  /**
   * @param page what is pushed; empty for `delete`.
   * @throws {ExportError} if the gateway did not accept it, without a secret.
   * @throws the reason of the signal once it is aborted.
   */
  async send(
    action: GatewayAction,
    page: string,
    credentials: Credentials,
    limits: Pick<HttpRequest, 'signal' | 'timeout' | 'holdsProcess'>,
  ): Promise<void> {
    const secrets = secretsOf(credentials);
    const response = await this.request(
      action,
      page,
      credentials,
      limits,
    ).catch((error: Error) => {
      if (limits.signal?.aborted) throw error;
      throw new ExportError(
        `The Pushgateway at ${this.address} cannot be reached: ${printable(error.message, secrets, MAX_SHOWN)}`,
        { cause: error },
      );
    });
    this.checkResponse(action, response, secrets);
  }

  private request(
    action: GatewayAction,
    page: string,
    { auth, headers }: Credentials,
    limits: Pick<HttpRequest, 'signal' | 'timeout' | 'holdsProcess'>,
  ): Promise<HttpResponse> {
    return sendRequest({
      ...limits,
      method: METHODS[action],
      url: this.url,
      headers: {
        ...headers,
        ...(auth !== undefined && { authorization: `Basic ${base64(auth)}` }),
      },
      body: page,
    });
  }

  private checkResponse(
    action: GatewayAction,
    { status, body, retryAfter }: HttpResponse,
    secrets: readonly string[],
  ): void {
    // A Pushgateway has next to nothing to say to a success.
    if (status >= 200 && status < 300 && body.length < MAX_BODY) return;
    const text = printable(body.toString(), secrets, MAX_SHOWN);
    const isUnknown = status < 200 || (status >= 300 && status < 400);
    const detail = isUnknown
      ? '; expected one from 200 to 299: is url that of the Pushgateway?'
      : text && `: ${text}`;
    // Any other fault of the request is part of the next one too.
    const retryable = status >= 500 || status === 408 || status === 429;
    throw new ExportError(
      `The Pushgateway at ${this.address} answered a ${action} with status ${status}${detail}`,
      {
        retryable,
        ...(retryable && retryAfter !== undefined && { retryAfter }),
      },
    );
  }
}

/**
 * The path of a group below `/metrics` (Pushgateway, "URL"): `/job/<job>/<name>/<value>`.
 * A value that a path cannot contain is sent in base64url, as `/<name>@base64/<value>`.
 */
function groupPath(
  jobName: string,
  groupings: Readonly<Record<string, string>>,
): string {
  return Object.entries({ job: jobName, ...groupings })
    .map(([name, value]) =>
      fitsPath(value)
        ? `/${name}/${encodeURIComponent(value)}`
        : `/${name}@base64/${base64Url(value)}`,
    )
    .join('');
}

/** Whether a path can contain the value. The gateway decodes the path before it splits it, and "." and ".." would name other folders. */
function fitsPath(value: string): boolean {
  return value.isWellFormed() && !/^\.{0,2}$|\//.test(value);
}

/** The gateway reads "=" as an empty text. */
function base64Url(value: string): string {
  return Buffer.from(value.toWellFormed()).toString('base64url') || '=';
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Texts that no message may show, even if the gateway repeats them. */
function secretsOf({ auth, headers }: Credentials): string[] {
  const secrets = Object.values(headers);
  if (auth === undefined) return secrets;
  const password = auth.slice(auth.indexOf(':') + 1);
  return [...secrets, auth, password, base64(auth)];
}

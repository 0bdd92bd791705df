import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AccessOptions } from './access.options.js';
import { TOKEN } from './access.options.js';
import { PASSWORD } from './basic-auth.js';
import type { Refusal, RefusalReason } from './access-policy.js';
import type { Warn } from '../../core/logger.js';
import { RefreshedSecret } from '../../core/refreshed-secret.js';
import type { Secret } from '../../core/secret.js';

/** The supported schemes of authentication (RFC 6750, section 2.1, and RFC 7617, section 2). */
type Scheme = 'bearer' | 'basic';

const CHALLENGES: Readonly<Record<Scheme, string>> = {
  bearer: 'Bearer realm="metrics"',
  basic: 'Basic realm="metrics", charset="UTF-8"',
};

/** Stands for the digest of a secret that cannot be read. No known text has this digest, so no credentials match it. */
const UNKNOWN = randomBytes(32);

/**
 * The valid tokens and passwords. Digests of credentials are compared in constant time,
 * and always with those of all secrets.
 */
export class Credentials {
  private readonly digests: readonly RefreshedSecret<Buffer>[];
  private readonly challenges: string[] = [];

  /** @param option the path of the options. */
  constructor(
    { bearerToken, basicAuth }: AccessOptions,
    option: string,
    warn: Warn,
  ) {
    const digests: RefreshedSecret<Buffer>[] = [];
    if (bearerToken !== undefined) {
      this.challenges.push(CHALLENGES.bearer);
      for (const [secret, at] of tokensWithPaths(
        bearerToken,
        `${option}.bearerToken`,
      )) {
        const digest = (token: string) => digestOf('bearer', token);
        digests.push(new RefreshedSecret(secret, at, TOKEN, digest, warn));
      }
    }
    if (basicAuth !== undefined) {
      this.challenges.push(CHALLENGES.basic);
      const { username, password } = basicAuth;
      const at = `${option}.basicAuth.password`;
      const digest = (text: string) => digestOf('basic', `${username}:${text}`);
      digests.push(new RefreshedSecret(password, at, PASSWORD, digest, warn));
    }
    this.digests = digests;
  }

  /** @throws {OptionsError} if a secret cannot be read. */
  async prepare(): Promise<void> {
    for (const digest of this.digests) await digest.prepare();
  }

  /** A request without credentials is refused without reading a secret. */
  async check({ headers }: IncomingMessage): Promise<Refusal | undefined> {
    if (headers.authorization === undefined) {
      return this.unauthorized('no_credentials');
    }
    const given = givenDigest(headers.authorization);
    if (given === undefined) return this.unauthorized('wrong_credentials');
    const digests = await Promise.all(this.digests.map((one) => one.get()));
    let matches = false;
    for (const digest of digests) {
      const isEqual = timingSafeEqual(digest ?? UNKNOWN, given);
      matches = matches || isEqual;
    }
    if (matches) return undefined;
    const isUnknown = digests.includes(undefined);
    return this.unauthorized(isUnknown ? 'secret' : 'wrong_credentials');
  }

  private unauthorized(reason: RefusalReason): Refusal {
    const headers = { 'WWW-Authenticate': this.challenges };
    return { status: 401, text: 'Unauthorized\n', headers, reason };
  }
}

/** Each token with the path of its option. */
function tokensWithPaths(
  bearerToken: Secret | readonly Secret[],
  option: string,
): (readonly [Secret, string])[] {
  return isList(bearerToken)
    ? bearerToken.map((secret, i) => [secret, `${option}[${i}]`] as const)
    : [[bearerToken, option]];
}

function isList(
  secrets: Secret | readonly Secret[],
): secrets is readonly Secret[] {
  return Array.isArray(secrets);
}

/** The digest covers the scheme, so that a password is not valid as a token. */
function digestOf(scheme: string, credentials: string | Buffer): Buffer {
  return createHash('sha256').update(`${scheme} `).update(credentials).digest();
}

/** The digest of a header `Authorization` (RFC 9110, section 11.6.2); `undefined` if its scheme is not supported. */
function givenDigest(header: string): Buffer | undefined {
  const [, scheme, credentials = ''] =
    /^(bearer|basic) +(\S+) *$/i.exec(header) ?? [];
  if (scheme === undefined) return undefined;
  const isBasic = scheme.toLowerCase() === 'basic';
  return digestOf(
    scheme.toLowerCase(),
    isBasic ? Buffer.from(credentials, 'base64') : credentials,
  );
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AccessOptions } from './access.options.js';
import { TOKEN } from './access.options.js';
import { PASSWORD } from './basic-auth.js';
import type { Refusal, RefusalReason } from './access-policy.js';
import { RefreshedSecret } from '../../core/refreshed-secret.js';
import type { Secret } from '../../core/secret.js';

/** What a request authenticates itself by (RFC 6750, section 2.1, and RFC 7617, section 2). */
type Scheme = 'bearer' | 'basic';

const CHALLENGES: Readonly<Record<Scheme, string>> = {
  bearer: 'Bearer realm="metrics"',
  basic: 'Basic realm="metrics", charset="UTF-8"',
};

/** Stands for a secret that cannot be read: no known text has this digest. */
const UNKNOWN = randomBytes(32);

/**
 * The tokens and passwords that let in. Credentials are compared by their digests, in a
 * time that does not depend on where they differ, and always with all secrets.
 */
export class Credentials {
  private readonly digests: readonly RefreshedSecret<Buffer>[];
  private readonly challenges: string[] = [];

  /** @param option where the options stand. */
  constructor(
    { bearerToken, basicAuth }: AccessOptions,
    option: string,
    warn: (message: string) => void,
  ) {
    const digests: RefreshedSecret<Buffer>[] = [];
    if (bearerToken !== undefined) {
      this.challenges.push(CHALLENGES.bearer);
      for (const [secret, at] of tokensOf(
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

  /** Reads no secret for a request without credentials: it is refused whatever they are. */
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

/** Each token with the place where it stands. */
function tokensOf(
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

/** The scheme is part of it, so that a password is no token. */
function digestOf(scheme: string, credentials: string | Buffer): Buffer {
  return createHash('sha256').update(`${scheme} `).update(credentials).digest();
}

/** The digest of a header `Authorization` (RFC 9110, section 11.6.2); `undefined` if it is of no known scheme. */
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

import { OptionsError } from '../../core/errors.js';
import { Check, type Rules } from '../../core/validate.js';
import { PASSWORD } from '../access/basic-auth.js';
import {
  checkSecret,
  type Secret,
  validateSecretOptions,
} from '../../core/secret.js';

/** Key and certificates in PEM. Files may change while the server runs. */
export interface TlsOptions {
  /** The certificate of the server, followed by the intermediate certificates. */
  readonly cert: Secret;
  /** The private key of the certificate. */
  readonly key: Secret;
  /** The passphrase of an encrypted key. */
  readonly passphrase?: Secret;
  /**
   * Certificates of the authorities that sign client certificates. Connections without
   * such a certificate are refused. Default: clients need no certificate.
   */
  readonly clientCa?: Secret;
}

/** The check of each option's text. */
export const TLS_TEXTS: Readonly<Record<keyof TlsOptions, Check>> = {
  cert: pem('CERTIFICATE'),
  key: pem('PRIVATE KEY'),
  passphrase: PASSWORD,
  clientCa: pem('CERTIFICATE'),
};

const TLS_RULES: Rules = Object.fromEntries(
  Object.entries(TLS_TEXTS).map(([option, text]) => [
    option,
    (value: unknown, path: string) => checkSecret(value, path, text),
  ]),
);

/** @throws {OptionsError} naming the option and the allowed values, and never a secret. */
export function checkTls(value: unknown, path: string): void {
  validateSecretOptions(value, path, TLS_RULES);
  for (const option of ['cert', 'key']) {
    if (!Object.hasOwn(value as object, option)) {
      throw new OptionsError(`${path} has no ${option}; expected cert and key`);
    }
  }
}

function pem(what: string): Check {
  return new Check(
    `a text in PEM with a ${what}`,
    (value) =>
      typeof value === 'string' &&
      value.includes('-----BEGIN ') &&
      value.includes(`${what}-----`),
  );
}

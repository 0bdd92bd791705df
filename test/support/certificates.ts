import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate with its key: where they are, and what they say. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes certificates for 127.0.0.1 by OpenSSL.
 *
 * @param name that of its files in `folder`, and of its owner.
 * @param authority whose certificate signs it; it signs itself without one.
 * @param passphrase what its key is encrypted with.
 */
export function makeCertificate(
  folder: string,
  name: string,
  authority?: Certificate,
  passphrase?: string,
): Certificate {
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  const command = `req -x509 -days 30 -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1`;
  const encryption =
    passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
  const signature =
    authority === undefined
      ? []
      : ['-CA', authority.certFile, '-CAkey', authority.keyFile];
  execFileSync(
    'openssl',
    command
      .split(' ')
      .concat(
        '-out',
        certFile,
        '-keyout',
        keyFile,
        ...encryption,
        ...signature,
      ),
    { stdio: 'pipe' },
  );
  const cert = readFileSync(certFile, 'utf8');
  return { certFile, keyFile, cert, key: readFileSync(keyFile, 'utf8') };
}

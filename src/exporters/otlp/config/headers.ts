import { OptionsError } from '../../../core/errors.js';
import { Check, isObject } from '../../../core/validate.js';
import {
  validateWithoutShowing,
  checkSecret,
  kindWithoutValue,
  type Secret,
} from '../../../core/secret.js';

/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, Secret>>;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/** The exporter sets these itself. */
const RESERVED =
  /^(connection|content-(encoding|length|type)|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|grpc-.*)$/i;

/** Names that gRPC accepts for texts; those that end with `-bin` are for bytes ("gRPC over HTTP2", "Requests"). */
const GRPC_NAME = /^(?!.*-bin$)[0-9a-z_.-]+$/i;

export const HEADER_VALUE = new Check(
  'a text of visible ASCII characters and spaces',
  (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value),
);

/** @throws {OptionsError} naming the header and what is allowed, and never a value. */
export function checkHeaders(value: unknown, path: string): void {
  if (!isObject(value)) {
    throw new OptionsError(
      `${path} is ${kindWithoutValue(value)}; expected an object of values by header name`,
    );
  }
  for (const [name, secret] of Object.entries(value)) {
    checkName(name, path);
    checkSecret(secret, `${path}["${name}"]`, HEADER_VALUE);
  }
}

/**
 * Reads headers in the form of the environment, `name=value,name=value` with values
 * encoded as in URLs (OpenTelemetry specification, "Specifying headers via environment variables").
 *
 * @throws {OptionsError} naming the variable, and never a value.
 */
export function parseHeaders(text: string, variable: string): Headers {
  const headers: Record<string, string> = {};
  for (const [i, part] of text.split(',').entries()) {
    if (part.trim() === '') continue;
    const at = `Header ${i + 1} in ${variable}`;
    const [name, value] = parsePair(part, at);
    checkName(name, at);
    validateWithoutShowing(value, `${at}, "${name}",`, HEADER_VALUE);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

/**
 * Splits `name=value` and decodes both.
 *
 * @throws {OptionsError} without any part of the pair, which may be a secret.
 */
export function parsePair(pair: string, at: string): [string, string] {
  const end = pair.indexOf('=');
  try {
    if (end > 0) {
      const [name, value] = [pair.slice(0, end), pair.slice(end + 1)];
      return [
        decodeURIComponent(name.trim()),
        decodeURIComponent(value.trim()),
      ];
    }
  } catch {
    // Malformed, like a pair without a name.
  }
  throw new OptionsError(
    `${at} is malformed; expected name=value, percent-encoded, with "," between two of them`,
  );
}

/**
 * Checks header names for gRPC, which accepts fewer than HTTP.
 *
 * @param at where the headers stand.
 * @throws {OptionsError} naming the header.
 */
export function checkGrpcNames(headers: Headers, at: string): void {
  for (const name of Object.keys(headers)) {
    if (GRPC_NAME.test(name)) continue;
    throw new OptionsError(
      `${at} has "${name}", which cannot be sent by gRPC; expected letters, digits, "_", "-" and ".", without "-bin" at the end`,
    );
  }
}

function checkName(name: string, at: string): void {
  if (!HEADER_NAME.test(name)) {
    throw new OptionsError(
      `${at} has a name that no header can have; expected letters, digits and "-"`,
    );
  }
  if (RESERVED.test(name)) {
    throw new OptionsError(
      `${at} has "${name}", which the exporter sets itself; leave it out`,
    );
  }
}

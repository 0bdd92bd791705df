import { readFields, textField } from './protobuf-reader.js';

/** Characters of an answer that go into a message. */
const LONGEST = 200;

/**
 * What a server says of a failure: the message of the `google.rpc.Status` that OTLP wants
 * ("Failures"), or the beginning of a text.
 *
 * @param secrets what must not be shown, should the server repeat it.
 */
export function statusMessage(
  body: Buffer,
  contentType: string,
  secrets: readonly string[],
): string {
  return printable(textOf(body, contentType), secrets);
}

/** As {@link statusMessage}, of a text. */
export function printable(text: string, secrets: readonly string[]): string {
  let shown = text;
  // The longest first: it may begin with another.
  const parts = secrets.flatMap(partsOf).sort((a, b) => b.length - a.length);
  for (const secret of parts) {
    shown = shown.replaceAll(secret, '[hidden]');
  }
  // oxlint-disable-next-line no-control-regex
  shown = shown.replace(/[\x00-\x20\x7f-\x9f\u2028\u2029]+/g, ' ').trim();
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

/** A header may be a word and a secret; what is short is none, and may be a part of any message. */
function partsOf(header: string): string[] {
  return [header, ...header.split(' ')].filter(({ length }) => length > 5);
}

function textOf(body: Buffer, contentType: string): string {
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

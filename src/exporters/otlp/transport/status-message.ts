import { printable } from '../../../core/printable.js';
import { readFields, textField } from './protobuf-reader.js';

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

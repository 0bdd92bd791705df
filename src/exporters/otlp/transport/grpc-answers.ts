import type { ServiceError } from '@grpc/grpc-js';
import { ExportError } from '../../../core/errors.js';
import {
  bytesFields,
  numberField,
  readFields,
  textField,
} from './protobuf-reader.js';
import { printable } from '../../../core/printable.js';
import type { Answer } from './transport.js';

const INVALID_ARGUMENT = 3;

const RESOURCE_EXHAUSTED = 8;

/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE and DATA_LOSS. */
const RETRYABLE = new Set([1, 4, 10, 11, 14, 15]);

/**
 * Judges a status that is not OK (OTLP specification, "OTLP/gRPC Response", "Failures").
 * The error is not kept as a cause: its metadata is the server's.
 *
 * @param at where it came from, for messages.
 * @throws {ExportError} if the backend took nothing and would take nothing else either.
 */
export function judgeStatus(
  { code, details, metadata }: ServiceError,
  at: string,
  secrets: readonly string[],
): Answer {
  const said = printable(details, secrets);
  const reason = `${at} failed with gRPC status ${code}${said && `: ${said}`}`;
  if (code === INVALID_ARGUMENT) {
    return { rejected: 0, reason, isAccepted: false, warning: '' };
  }
  const [status] = metadata.get('grpc-status-details-bin');
  const retryAfter = Buffer.isBuffer(status) ? retryDelayOf(status) : undefined;
  throw new ExportError(reason, {
    retryable:
      RETRYABLE.has(code) ||
      (code === RESOURCE_EXHAUSTED && retryAfter !== undefined),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** Milliseconds, from the `google.rpc.RetryInfo` in a `google.rpc.Status`. */
function retryDelayOf(status: Buffer): number | undefined {
  try {
    for (const any of bytesFields(readFields(status), 3)) {
      const detail = readFields(any);
      if (!textField(detail, 1).endsWith('/google.rpc.RetryInfo')) continue;
      const info = bytesFields(detail, 2).at(-1);
      const delay = info && bytesFields(readFields(info), 1).at(-1);
      if (delay === undefined) return undefined;
      const duration = readFields(delay);
      const [seconds, nanos] = [1, 2].map((n) => numberField(duration, n));
      return Math.max(0, seconds! * 1_000 + nanos! / 1_000_000);
    }
  } catch {
    // What is malformed says nothing.
  }
  return undefined;
}

import { printable } from '../../../core/printable.js';
import type { OtlpRequest } from '../data/requests.js';
import {
  bytesFields,
  numberField,
  readFields,
  textField,
} from './protobuf-reader.js';

/** Brings requests to a backend. */
export interface OtlpTransport {
  /**
   * Reads secrets and certificates as they are now, for the requests of one export.
   *
   * @throws {OptionsError} naming the option that cannot be used.
   */
  connect(): Promise<OtlpConnection>;

  close(): void;
}

/** Sends the requests of one export, one after the other. */
export interface OtlpConnection {
  /** @throws {ExportError} saying whether and when to try again. */
  send(request: OtlpRequest, signal: AbortSignal): Promise<ExportResult>;
}

/** What became of a request that was answered. */
export interface ExportResult {
  /** Whether the backend accepted the request. */
  readonly isAccepted: boolean;
  /** Points of an accepted request that the backend rejected. */
  readonly rejected: number;
  /** Why the backend rejected points; empty if the backend gives no reason. */
  readonly reason: string;
  /** A warning of the backend; empty without a warning. */
  readonly warning: string;
}

const ACCEPTED: ExportResult = {
  isAccepted: true,
  rejected: 0,
  reason: '',
  warning: '',
};

/** The result of a request that the backend refused, while it may accept others. */
export function refusedRequest(reason: string): ExportResult {
  return { ...ACCEPTED, isAccepted: false, reason };
}

/**
 * The result of a request that the backend accepted, from its `ExportMetricsServiceResponse`.
 *
 * @param points how many points the request had: a backend cannot reject more.
 * @param secrets what must not be shown, in case the backend repeats it.
 */
export function acceptedRequest(
  body: Buffer,
  contentType: string,
  points: number,
  secrets: readonly string[],
): ExportResult {
  const { rejected, message } = partialSuccessOf(body, contentType);
  const text = printable(message, secrets);
  if (!(Number.isInteger(rejected) && rejected >= 0 && rejected <= points)) {
    const warning = `the backend says that it rejected ${rejected} points, which is not a number from 0 to those sent; all count as delivered${text && `: ${text}`}`;
    return { ...ACCEPTED, warning };
  }
  // "Partial Success": without rejected points the message is a warning.
  return rejected > 0
    ? { ...ACCEPTED, rejected, reason: text }
    : { ...ACCEPTED, warning: text };
}

/** `ExportMetricsPartialSuccess`. */
interface PartialSuccess {
  /** How many points the backend rejected; `NaN` if that is not a number. */
  readonly rejected: number;
  /** Why the backend rejected points; a warning if it rejected none. */
  readonly message: string;
}

const COMPLETE: PartialSuccess = { rejected: 0, message: '' };

/** An answer of success without a readable body counts as success. */
function partialSuccessOf(body: Buffer, contentType: string): PartialSuccess {
  try {
    return contentType.startsWith('application/json')
      ? ofJson(body)
      : ofProtobuf(body);
  } catch {
    return COMPLETE;
  }
}

function ofProtobuf(body: Buffer): PartialSuccess {
  const partial = bytesFields(readFields(body), 1).at(-1);
  if (partial === undefined) return COMPLETE;
  const fields = readFields(partial);
  return { rejected: numberField(fields, 1), message: textField(fields, 2) };
}

function ofJson(body: Buffer): PartialSuccess {
  const { partialSuccess } = JSON.parse(body.toString('utf8')) as {
    partialSuccess?: { rejectedDataPoints?: unknown; errorMessage?: unknown };
  };
  const { rejectedDataPoints, errorMessage } = partialSuccess ?? {};
  return {
    rejected: integerOf(rejectedDataPoints ?? 0),
    message: typeof errorMessage === 'string' ? errorMessage : '',
  };
}

/** JSON has 64-bit integers as texts, and readers accept numbers too ("JSON Mapping" of Protocol Buffers). */
function integerOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value)
    ? Number(value)
    : NaN;
}

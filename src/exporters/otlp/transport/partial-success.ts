import {
  bytesFields,
  numberField,
  readFields,
  textField,
} from './protobuf-reader.js';
import { printable } from '../../../core/printable.js';
import type { Answer } from './transport.js';

/** What a backend says about a request that it accepted. */
interface PartialSuccess {
  /** How many points it rejected; `NaN` if that is no number. */
  readonly rejected: number;
  /** Why, or a warning if it rejected none. */
  readonly message: string;
}

const COMPLETE: PartialSuccess = { rejected: 0, message: '' };

/**
 * The answer to a request that a backend accepted, from its `ExportMetricsServiceResponse`.
 *
 * @param points how many points the request had: a backend cannot reject more.
 */
export function acceptedAnswer(
  body: Buffer,
  contentType: string,
  points: number,
  secrets: readonly string[],
): Answer {
  const { rejected, message } = partialSuccessOf(body, contentType);
  const text = printable(message, secrets);
  if (!isCount(rejected, points)) {
    const warning = `the backend says that it rejected ${rejected} points, which is not a number from 0 to those sent; all count as delivered${text && `: ${text}`}`;
    return { rejected: 0, reason: '', isAccepted: true, warning };
  }
  // "Partial Success": without rejected points the message is a warning.
  return rejected > 0
    ? { rejected, reason: text, isAccepted: true, warning: '' }
    : { rejected: 0, reason: '', isAccepted: true, warning: text };
}

/** A 2xx answer without a readable body counts as success. */
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

function isCount(rejected: number, points: number): boolean {
  return Number.isInteger(rejected) && rejected >= 0 && rejected <= points;
}

import {
  bytesFields,
  numberField,
  readFields,
  textField,
} from './protobuf-reader.js';

/** What a backend says of a request that it took. */
export interface PartialSuccess {
  /** How many points it did not take. */
  readonly rejected: number;
  /** Why, or what it has to say otherwise. */
  readonly message: string;
}

const COMPLETE: PartialSuccess = { rejected: 0, message: '' };

/**
 * Reads an `ExportMetricsServiceResponse`. What is none was sent with a status of
 * success all the same, and is one.
 */
export function partialSuccessOf(
  body: Buffer,
  contentType: string,
): PartialSuccess {
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
  return terms(numberField(fields, 1), textField(fields, 2));
}

function ofJson(body: Buffer): PartialSuccess {
  const { partialSuccess } = JSON.parse(body.toString('utf8')) as {
    partialSuccess?: { rejectedDataPoints?: unknown; errorMessage?: unknown };
  };
  const { rejectedDataPoints = 0, errorMessage = '' } = partialSuccess ?? {};
  return terms(Number(rejectedDataPoints), String(errorMessage));
}

function terms(rejected: number, message: string): PartialSuccess {
  return { rejected: rejected > 0 ? rejected : 0, message };
}

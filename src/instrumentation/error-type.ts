import { types } from 'node:util';
import { givenName } from './class-name.js';

/**
 * The `error.type` of OpenTelemetry's conventions: the name that the error's class was
 * given, else the error's own name, else that of its class.
 */
export function errorType(error: unknown): string {
  try {
    if (!isError(error)) return typeof error;
    const { name, constructor } = error;
    const names: unknown[] =
      typeof constructor === 'function'
        ? [givenName(constructor), name, constructor.name]
        : [name];
    return (names.find(isTelling) as string | undefined) ?? 'Error';
  } catch {
    return 'Error';
  }
}

/** Errors of Node.js itself are of another realm where a test runner has made one for each file. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function isTelling(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && name !== 'Error';
}

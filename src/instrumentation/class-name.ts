import { types } from 'node:util';
import { CLASS_NAME } from '../core/shared-state.js';

/** Names a class and its subclasses in labels. */
export function nameClass(constructor: Function, name: string): void {
  Reflect.defineMetadata(CLASS_NAME, name, constructor);
}

/** The name given by the nearest `@Agent()` or `@MetricName()` up the class chain, if there is one. */
export function givenName(constructor: Function): string | undefined {
  const name: unknown = Reflect.getMetadata(CLASS_NAME, constructor);
  return typeof name === 'string' ? name : undefined;
}

/** The name of a class in labels: the name that a decorator gives it, else its own. */
// Why: docs/decisions/instrumentation.md, "Names that are written down win over class names".
export function classLabel(constructor: Function): string {
  return givenName(constructor) ?? className(constructor);
}

/** The name of a class, also of one whose static members hide it. */
export function className(constructor: Function): string {
  const name: unknown = constructor.name;
  return typeof name === 'string' && name !== '' ? name : 'anonymous';
}

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

/** Whether a value is an error, also one of another realm: test runners create a realm for each file. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function isTelling(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && name !== 'Error';
}

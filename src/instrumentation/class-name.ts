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

/** What a class goes by in labels: the name that it was given, else its own. */
// Why: docs/decisions/instrumentation.md, "Names that are written down win over class names".
export function labelOf(constructor: Function): string {
  return givenName(constructor) ?? className(constructor);
}

/** The name of a class, also of one whose static members hide it. */
export function className(constructor: Function): string {
  const name: unknown = constructor.name;
  return typeof name === 'string' && name !== '' ? name : 'anonymous';
}

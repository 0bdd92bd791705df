import { DecoratorError, MetricsError } from '../core/errors.js';
import { className } from './class-name.js';

type Method = (...args: any[]) => any;

/** The type of descriptor that method decorators take: TypeScript rejects them on anything but a method. */
export type MethodDescriptor = TypedPropertyDescriptor<Method>;

/** A method of instances, and the decorator that stands on it. */
export interface DecoratedMethod {
  readonly prototype: object;
  readonly key: string | symbol;
  readonly descriptor: PropertyDescriptor;
  /** The decorator and the method, e.g. `@Timed() on Assistant.run()`. */
  readonly place: string;
}

/**
 * Checks the arguments with which the compiler has called a decorator.
 *
 * @param decorator as users write it, e.g. `@Timed()`.
 * @throws {DecoratorError} unless it stands on a method of instances.
 */
export function decoratedMethod(
  decorator: string,
  prototype: object,
  key: string | symbol,
  descriptor: unknown,
): DecoratedMethod {
  refuseStandardDecorators(decorator, key);
  const misplacement = misplacementOf(prototype, key, descriptor);
  if (misplacement !== undefined) {
    throw misplaced(decorator, misplacement, 'a method of instances');
  }
  const place = `${decorator} on ${memberName(prototype, key)}()`;
  return { prototype, key, descriptor: descriptor as MethodDescriptor, place };
}

/**
 * Rejects a decorator that is written without its parentheses: the compiler then calls
 * the function itself with the class, or with a prototype and a key.
 *
 * @param usage how the decorator is written, e.g. `@Timed()`.
 * @param given all arguments of the function.
 * @throws {DecoratorError} naming the member and the correct usage.
 */
export function refuseBareUse(usage: string, given: ArrayLike<unknown>): void {
  const { 0: target, 1: key } = given;
  const isMember =
    typeof target !== 'string' && (isKey(key) || isStandardContext(key));
  if (typeof target !== 'function' && !isMember) return;
  const name = usage.slice(0, usage.indexOf('('));
  throw new DecoratorError(
    `${name} stands on ${memberName(target, key)} without parentheses; write ${usage}`,
  );
}

/**
 * Rejects TC39 decorators, which compilers emit unless a setting says otherwise.
 *
 * @param context the second argument of the decorator.
 * @throws {DecoratorError} naming the setting.
 */
export function refuseStandardDecorators(
  decorator: string,
  context: unknown,
): void {
  if (!isStandardContext(context)) return;
  throw new DecoratorError(
    `${decorator} on the ${context.kind} ${String(context.name)} is compiled as a TC39 decorator; expected one as NestJS has them. Set "experimentalDecorators": true in tsconfig.json (SWC: jsc.transform.legacyDecorator)`,
  );
}

/** The wrong place of a decorator, and what to do about it. */
export interface Misplacement {
  readonly on: string;
  readonly mend: string;
}

/** The error for a decorator in a wrong place. */
export function misplaced(
  decorator: string,
  { on, mend }: Misplacement,
  expected: string,
): DecoratorError {
  return new DecoratorError(
    `${decorator} stands on ${on}; expected ${expected}. ${mend}`,
  );
}

/** Runs a check, and turns its error into one that names the decorator and its place. */
export function withDecoratorError(place: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof MetricsError)) throw error;
    throw new DecoratorError(`${place}: ${error.message}`, { cause: error });
  }
}

/** `Class.member`, or the class alone. */
export function memberName(target: unknown, key: unknown): string {
  const owner: unknown =
    typeof target === 'function'
      ? target
      : (target as object | undefined)?.constructor;
  const name = typeof owner === 'function' ? className(owner) : 'a class';
  return isKey(key) ? `${name}.${String(key)}` : name;
}

/** `undefined` for a method of instances. */
function misplacementOf(
  target: object,
  key: unknown,
  descriptor: unknown,
): Misplacement | undefined {
  const name = memberName(target, key);
  if (!isKey(key)) {
    return { on: `the class ${name}`, mend: 'Put it on methods of the class' };
  }
  if (typeof descriptor === 'number') {
    return { on: `a parameter of ${name}()`, mend: 'Put it on the method' };
  }
  const given = (descriptor ?? {}) as PropertyDescriptor;
  if ('get' in given || 'set' in given) {
    return { on: `the accessor ${name}`, mend: 'Put it on a method' };
  }
  if (typeof given.value !== 'function') {
    const mend = 'If it is an arrow function, write it as a method';
    return { on: `the property ${name}`, mend };
  }
  if (typeof target !== 'function') return undefined;
  const mend =
    'Make it a method of instances: Nest injects nothing into classes';
  return { on: `the static method ${name}()`, mend };
}

function isKey(key: unknown): key is string | symbol {
  return typeof key === 'string' || typeof key === 'symbol';
}

interface StandardContext {
  readonly kind: string;
  readonly name: string | symbol | undefined;
}

function isStandardContext(context: unknown): context is StandardContext {
  return (
    typeof context === 'object' &&
    context !== null &&
    typeof (context as StandardContext).kind === 'string'
  );
}
